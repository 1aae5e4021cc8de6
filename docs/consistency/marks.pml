/* marks.pml - the obvious protocol, which is wrong: mark the key, commit, put the new value (newest-wins fills).
 * One key. A version stands for itself and for its LSN. Switches (all off by default):
 *   EXPIRE   a mark may expire at any time (the writer is slow: GC pause, slow fsync, sync replica)
 *   EVICT    Redis may lose the slot at any time (memory pressure, TTL, restart, fail-over)
 *   REPFILL  a reader that missed may read the lagging replica and fill from it
 *   CRASH    one writer may die at any step; REPLAY: its client retries, the idempotency row answers
 *   CUT      one writer cannot reach Redis after its commit and acknowledges all the same
 *   HOLD_MARK  a put does not clear another writer's mark (a kinder reading of the draft)
 *   G1 / G3  which promise is asserted                                                            */
#define EMPTY 0
#define VAL   1
#define MARK  2
#ifndef NR
#define NR 2
#endif
byte db = 1, rep = 1;               /* newest committed version on the primary / on the replica   */
byte kind = EMPTY, ver = 0, marks = 0;
byte acked = 1, must[2];            /* newest acknowledged version; what client i already knows   */
bit  crashed = 0, cut = 0;

inline put(v) { d_step {            /* newest wins; a reader's late put does not displace a mark  */
  if :: kind == VAL && ver >= v -> skip
     :: kind == MARK && !wr -> skip
#ifdef HOLD_MARK
     :: kind == MARK && wr && marks > 1 -> marks--; if :: v > ver -> ver = v :: else fi
     :: kind == MARK && wr && marks == 1 -> kind = VAL; marks = 0; if :: v > ver -> ver = v :: else fi
#endif
     :: else -> kind = VAL; ver = v; marks = 0
  fi } }

proctype Writer(byte i) { byte v; bit wr = 1;
  d_step { if :: kind != MARK -> ver = 0; marks = 0 :: else fi; kind = MARK; marks++; printf("writer %d: marks\n", i) };
                                              /* 1 mark             */
#ifdef CRASH
  if :: !crashed -> crashed = 1; goto end :: true fi;
#endif
  d_step { db++; v = db; printf("writer %d: commits v%d\n", i, v) };
                                               /* 2 commit           */
#ifdef CRASH
  if :: !crashed -> crashed = 1; printf("writer %d: dies after its commit\n", i);
#ifdef REPLAY
        goto ack                    /* retried: the stored answer is given again, no cache step   */
#else
        goto end
#endif
     :: true fi;
#endif
#ifdef CUT
  if :: !cut -> cut = 1; printf("writer %d: cannot reach Redis\n", i); goto ack :: true fi;
#endif
  put(v); printf("writer %d: puts v%d\n", i, v);                              /* 3 put              */
ack: skip;
  d_step { if :: v > acked -> acked = v :: else fi; if :: v > must[i] -> must[i] = v :: else fi };
  printf("writer %d: v%d acknowledged\n", i, v);
end: skip }

proctype Reader(byte i) { byte need1, need2, r, n; bit hit, fill, wr = 0;
  do
  :: n < NR -> n++;
     d_step { need1 = acked; need2 = must[i]; hit = 0; fill = 0;
       if :: kind == VAL  -> hit = 1; r = ver
          :: kind == MARK -> skip
          :: else         -> fill = 1 fi };
     if :: hit -> printf("reader %d: cache answers v%d, acknowledged before was v%d, it knew v%d\n", i, r, need1, need2);
#ifdef G1
           assert(r >= need1)
#endif
        :: else ->
           if :: r = db
#ifdef REPFILL
              :: rep >= need2 -> r = rep
#endif
           fi;
           printf("reader %d: database answers v%d\n", i, r);
           if :: fill -> put(r); printf("reader %d: fills v%d\n", i, r) :: else fi
     fi;
#ifdef G3
     assert(r >= need2);
#endif
     d_step { if :: r > must[i] -> must[i] = r :: else fi; r = 0; need1 = 0; need2 = 0 }
  :: n == NR -> break
  od }

active proctype Env() {
end: do
  :: d_step { rep < db -> rep++ }
#ifdef EXPIRE
  :: d_step { kind == MARK -> kind = EMPTY; ver = 0; marks = 0; printf("the mark expires\n") }
#endif
#ifdef EVICT
  :: d_step { kind != EMPTY -> kind = EMPTY; ver = 0; marks = 0; printf("Redis loses the slot\n") }
#endif
  od }

init { atomic { run Writer(0); run Writer(1); run Reader(0); run Reader(1) } }
