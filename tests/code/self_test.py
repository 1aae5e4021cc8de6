"""The checks beside this file find what they are for: each is shown a small tree with one thing wrong in it."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import documents
import layers
import leftovers
import sizes
import tree


@contextlib.contextmanager
def planted(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "src/banyan").mkdir(parents=True)
        (root / "apps").mkdir()
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        yield root


def include(name):
    return f'#include "{name}"\n'


class Layers(unittest.TestCase):
    def problems(self, path, text):
        with planted({path: text}) as root:
            return layers.check(root)[0]

    def assert_refused(self, path, text, why):
        problems = self.problems(path, text)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(why, problems[0])

    def test_an_arrow_the_right_way_passes(self):
        self.assertEqual(self.problems("src/banyan/api/a.cpp", include("banyan/services/records.hpp")), [])
        self.assertEqual(self.problems("apps/banyan/main.cpp", include("banyan/adapters/sqlite/store.hpp")), [])

    def test_an_arrow_the_wrong_way_is_refused(self):
        self.assert_refused("src/banyan/core/a.hpp", include("banyan/http/request.hpp"), "core may include base")
        self.assert_refused("src/banyan/base/a.hpp", include("banyan/core/value.hpp"), "base may include nothing")
        self.assert_refused("src/banyan/services/a.cpp", include("banyan/adapters/sqlite/a.hpp"), "services may include")

    def test_the_line_of_a_wrong_arrow_is_told(self):
        self.assert_refused("src/banyan/core/a.cpp", "\n\n" + include("banyan/sql/a.hpp"), "a.cpp:3:")

    def test_an_adapter_that_includes_another_is_refused(self):
        self.assert_refused("src/banyan/adapters/redis/a.cpp", include("banyan/adapters/sqlite/a.hpp"), "never include")

    def test_a_test_of_an_adapter_may_use_the_model_but_no_other_adapter(self):
        test = "src/banyan/adapters/sqlite/a_test.cpp"
        self.assertEqual(self.problems(test, include("banyan/adapters/memory/a.hpp")), [])
        self.assert_refused(test, include("banyan/adapters/redis/a.hpp"), "never include")

    def test_a_folder_that_nobody_knows_is_refused(self):
        with planted({"src/banyan/plugins/a.hpp": ""}) as root:
            self.assertTrue(layers.check(root)[0])
        self.assert_refused("src/banyan/api/a.cpp", include("banyan/plugins/a.hpp"), "there is no folder 'plugins'")

    def test_a_library_outside_its_wall_is_refused(self):
        self.assert_refused("src/banyan/services/a.cpp", "#include <sqlite3.h>\n", "only adapters/sqlite")
        self.assert_refused("src/banyan/api/a.cpp", "#include <boost/asio/post.hpp>\n", "only http")
        self.assert_refused("src/banyan/core/a.cpp", "#include <mutex>\n", "no I/O and no threads")

    def test_every_folder_of_the_house_is_known(self):
        rooms = {path.name for path in (tree.REPOSITORY / "src/banyan").iterdir() if path.is_dir()}
        self.assertLessEqual(rooms, set(layers.ARROWS))

    def test_the_arrows_make_no_circle(self):
        for room, below in layers.ARROWS.items():
            for other in below:
                self.assertNotIn(room, layers.ARROWS[other])


class Sizes(unittest.TestCase):
    def test_a_long_file_is_refused(self):
        with planted({"src/a.cpp": "// line\n" * 401, "src/b.cpp": "// line\n" * 400}) as root:
            problems, _ = sizes.check(root)
        self.assertEqual(len(problems), 1)
        self.assertIn("src/a.cpp: 401 lines", problems[0])

    def test_a_long_function_is_refused_wherever_it_stands(self):
        body = "  if (a) {\n    b();\n  }\n" * 30
        for head in ("void f() {", "TEST(A, b) {", "auto X::f() const -> int {", "X::X(int a) : a_(a), b_{a} {"):
            with planted({"src/a.cpp": f"namespace n {{\n{head}\n{body}}}\nint g() {{ return 1; }}\n}}\n"}) as root:
                problems, _ = sizes.check(root)
            self.assertEqual(len(problems), 1, head)
            self.assertIn("src/a.cpp:2: a function of 92 lines", problems[0])

    def test_a_long_class_of_short_functions_passes(self):
        with planted({"src/a.hpp": "class A {\n" + "  int f() {\n    return 1;\n  }\n" * 60 + "};\n"}) as root:
            self.assertEqual(sizes.check(root)[0], [])

    def test_a_long_table_in_a_short_function_passes_and_code_in_braces_does_not(self):
        rows = "    {1, 2},\n" * 100
        with planted({"src/a.cpp": "auto f() {\n  static const T t[] = {\n" + rows + "  };\n  return t;\n}\n"}) as root:
            self.assertEqual(sizes.check(root)[0], [])
        calls = "    g();\n" * 100
        for head in ("if (a) {", "if (a) { b(); } else {", "h([&] {", "do {"):
            with planted({"src/a.cpp": "auto f() {\n  " + head + "\n" + calls + "  }\n}\n"}) as root:
                self.assertEqual(len(sizes.check(root)[0]), 1, head)

    def test_braces_in_texts_and_comments_do_not_count(self):
        source = 'void f() {\n  g("{{{", \'{\');  // {\n  h(R"({)");\n}\n'
        self.assertEqual([length for _, length, _ in sizes.functions(source)], [4])


class Leftovers(unittest.TestCase):
    def problems(self, files):
        with planted(files) as root:
            return leftovers.check(root)[0]

    def test_a_mark_of_unfinished_work_is_refused(self):
        self.assertIn("src/a.cpp:2: left behind", self.problems({"src/a.cpp": "\n// FIX" + "ME later\n"})[0])

    def test_an_unresolved_conflict_is_refused(self):
        self.assertIn("a conflict", self.problems({"a.md": "<" * 7 + " HEAD\n", "src/b.cpp": ""})[0])

    def test_what_a_merge_left_is_refused(self):
        self.assertEqual(self.problems({"src/a.cpp.orig": "", "src/b.cpp": ""}),
                         ["src/a.cpp.orig: what a merge or a patch left"])

    def test_a_banned_call_names_its_replacement(self):
        self.assertIn("use RE2", self.problems({"src/a.cpp": "std::regex pattern;\n"})[0])

    def test_a_banned_word_in_a_comment_or_text_passes(self):
        self.assertEqual(self.problems({"src/a.cpp": '// not std::regex\nauto a = "std::regex";\n'}), [])

    def test_a_header_that_nobody_includes_is_refused(self):
        self.assertIn("no file includes it", self.problems({"src/a.hpp": "", "src/b.cpp": ""})[0])
        self.assertEqual(self.problems({"src/a.hpp": "", "src/b.cpp": include("a.hpp")}), [])

    def test_a_document_that_nobody_links_to_is_refused(self):
        self.assertIn("no document links to it", self.problems({"docs/a.md": "", "src/b.cpp": ""})[0])
        self.assertEqual(self.problems({"docs/a.md": "", "README.md": "[a](docs/a.md)", "src/b.cpp": ""}), [])


class Documents(unittest.TestCase):
    def problems(self, files):
        with planted(files) as root:
            return documents.check_links(root)[0]

    def test_a_link_that_leads_nowhere_is_refused(self):
        self.assertIn("not there", self.problems({"a.md": "[b](b.md)"})[0])
        self.assertIn("not there", self.problems({"a.md": '<img src="b.svg">'})[0])

    def test_an_anchor_that_leads_nowhere_is_refused(self):
        self.assertIn("no such heading", self.problems({"a.md": "[b](b.md#c)", "b.md": "# B\n"})[0])

    def test_links_that_lead_somewhere_pass(self):
        good = "# A `thing`, here\n[b](b.md#two-words) [c](#a-thing-here) [d](https://example.com/x) `[e](f.md)`\n"
        self.assertEqual(self.problems({"a.md": good, "b.md": "## Two words\n"}), [])

    def test_a_test_that_is_named_and_not_there_is_refused(self):
        code = {"tests/a_test.cpp": "TEST_F(Cache, is_never_older) {}\n"}
        with planted(code | {"a.md": "`Cache.is_never_older`, `cache.local`, `Cache.shared`"}) as root:
            self.assertEqual(documents.check_tests(root), [])
        with planted(code | {"a.md": "`Cache.is_never_very_old` `Store.is_never_older`"}) as root:
            self.assertEqual(len(documents.check_tests(root)), 2)

    def test_the_blocks_that_can_be_run_are_found(self):
        text = "<!-- run -->\n```sh\n$ echo a \\\n  b\na b\n$ true\n```\n\n<!-- complete -->\n```toml\na = 1\n```\n"
        with planted({"a.md": text}) as root:
            found = list(documents.blocks(root))
        self.assertEqual([(kind, language) for _, _, kind, language, _ in found], [("run", "sh"), ("complete", "toml")])
        self.assertEqual(list(documents.steps(found[0][4])), [("echo a \\\n  b", "a b"), ("true", None)])

    def test_shown_output_is_compared_and_dots_stand_for_anything(self):
        self.assertTrue(documents.same('{"at":"…"}', '{"at":"now"}\n'))
        self.assertFalse(documents.same('{"at":"…"}', '{"to":"now"}\n'))


class Finish(unittest.TestCase):
    def test_a_check_that_looked_at_nothing_fails(self):
        with contextlib.redirect_stdout(io.StringIO()), self.assertRaises(SystemExit) as ended:
            tree.finish("nothing", [], 0)
        self.assertEqual(ended.exception.code, 1)


if __name__ == "__main__":
    unittest.main()
