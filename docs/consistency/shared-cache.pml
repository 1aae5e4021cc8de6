/* shared-cache.pml - the protocol of the shared cache: fill tickets with a floor, raise before the acknowledgement,
 * raise before anybody is shown a fresh row, an L1 that knows how far it has heard.
 *
 * One key; a version stands for itself and for its LSN. Two writers (clients 0 and 1), two readers
 * (the same clients, their tokens), a primary, a lagging replica, the shared cache, one L1.
 * Always on: the slot may vanish at any time (eviction, TTL), the replica and the stream lag at will,
 * the L1's stream may drop and come back, a reader may give up and leave its ticket behind,
 * one writer dies at any step and its client retries.
 * Config:  DEL=2|3  the write that makes this version is a delete (a read then sees version 0)
 *          RESTART  Redis restarts once, empty, under a new name (ns)
 *          VIEW     a writer may find Redis out of reach after its commit; the cache is switched off
 *                   in the database, and back on later, empty
 * Mutations, each takes one ingredient away, each must fail:
 *   M_NOFLOOR M_PUTEMPTY M_UPGRADE0 M_NOHELP M_REPFILL M_EARLYACK M_REPLAY M_NOFLAG M_NOWM M_NOFOLD
 *   M_CUTACK M_NOWAIT M_VIEWBEFORE M_ABSENT                                                              */
#ifdef NOL1                         /* slice: shared cache and replicas only                      */
#define NEXT 0
#else
#define NEXT (seq + 1)
#endif
#define EMPTY  0
#define VAL    1
#define TICKET 2
#ifndef NR
#define NR 2                        /* reads of reader 0, and of reader 1                         */
#endif
#ifndef NR1
#define NR1 NR
#endif
#ifndef DEL
#define DEL 9
#endif
#define SEEN(x) (x == DEL -> 0 : x) /* what a read can say of the version: absent rows have none  */
#define MAXTO(a,b) if :: b > a -> a = b :: else fi

byte db = 1, rep = 1;               /* committed versions on the primary / on the replica         */
byte kind = EMPTY;                  /* the slot: nothing, a value, or a ticket                    */
byte ver, gv, es;                   /* value: its version, its true version (ghost), seq of store */
byte owner, floor;                  /* ticket: whose, and what a fill must at least be            */
byte seq, ns;                       /* Redis's own counter of raises, and its name                */
byte l1, l1es, wm; bit dirty[2];    /* L1: true version (0 none), seq of store, heard up to       */
byte l1ns;
byte acked = 1, must[2];            /* ghosts: newest acknowledged; what client i has seen        */
byte tseq[2], tns[2], tlsn[2];      /* the client's token                                         */
bit  crashed, on = 1, lic[2] = 1, wasoff, restarted;

/* ---- Lua: raise(v) - a commit happened. An empty slot stays empty: nobody knows if v is the newest */
inline raise(new) { d_step {
  if :: kind == VAL && ver >= new && ver != 0 -> skip
#ifdef M_UPGRADE0
     :: kind == VAL && ver < new -> ver = new; gv = new; es = NEXT
#else
     :: kind == VAL && ver == 0 && new != 0 -> kind = EMPTY; ver = 0; gv = 0; es = 0   /* "absent" carries no version: drop */
     :: kind == VAL && ver == 0 && new == 0 -> skip
     :: kind == VAL && ver < new && ver != 0 -> ver = new; gv = new; es = NEXT
#endif
#ifndef M_NOFLOOR
     :: kind == TICKET && floor < new -> floor = new
#endif
#ifdef M_PUTEMPTY
     :: kind == EMPTY -> kind = VAL; ver = new; gv = new; es = NEXT
#endif
     :: else -> skip
  fi; seq = NEXT; stamp = seq } }

/* ---- Lua: fill(ticket, new) - the newest may come in if the ticket still stands; else it is a raise */
inline fill(me, new, truth) { d_step {
  if :: kind == TICKET && owner == me ->
        if :: new >= floor -> kind = VAL; ver = new; gv = truth; es = NEXT; kept = 1
           :: else -> kind = EMPTY; ver = 0; gv = 0; es = 0 fi; owner = 0; floor = 0; seq = NEXT
#ifndef M_NOHELP
#ifndef M_ABSENT                    /* "absent" read from the database: it cannot say what it is newer than, so it clears */
     :: new == 0 && kind != EMPTY && !(kind == TICKET && owner == me) && !(kind == VAL && ver == 0) ->
        kind = EMPTY; ver = 0; gv = 0; es = 0; owner = 0; floor = 0; seq = NEXT
#endif
     :: kind == TICKET && owner != me && floor < new -> floor = new; seq = NEXT
     :: kind == VAL && ver != 0 && ver < new -> ver = new; gv = truth; es = NEXT; seq = NEXT
     :: kind == VAL && ver == 0 && new != 0 -> kind = EMPTY; ver = 0; gv = 0; es = 0; seq = NEXT
     :: else -> seq = NEXT
#else
     :: else -> skip
#endif
  fi; stamp = seq } }

inline ack(who, new) { d_step {          /* the token of the answer */
  MAXTO(acked, new); MAXTO(must[who], new); MAXTO(tlsn[who], new);
  if :: tns[who] != ns -> tns[who] = ns; tseq[who] = 0 :: else fi; MAXTO(tseq[who], stamp);
  printf("writer %d: v%d acknowledged\n", who, new) } }

proctype Writer(byte i) { byte v, stamp, b4, vw;
#ifdef M_VIEWBEFORE
  b4 = (on || lic[0] || lic[1]);      /* looked before the commit, saw the cache wholly off */
#else
  b4 = 1;
#endif
  if :: !crashed -> crashed = 1; goto end :: true fi;
  d_step { db++; v = db; printf("writer %d: commits v%d\n", i, v) };
#ifdef VIEW
  if                                  /* the view is read in the round trip that follows COMMIT     */
  :: on && b4 -> skip
  :: atomic { (!on || !b4) -> vw = ns; skip }; goto off
  :: on && b4 && !wasoff -> printf("writer %d: cannot reach Redis\n", i);
#ifdef M_CUTACK
     goto justack;
#endif
     d_step { if :: on -> on = 0; wasoff = 1; vw = ns :: else -> vw = ns fi; printf("writer %d: switches the cache off in the database\n", i) }; goto off
  fi;
#endif
#ifdef M_EARLYACK
  ack(i, v);
#endif
  if :: !crashed -> crashed = 1; printf("writer %d: dies after its commit\n", i);
#ifdef M_REPLAY
        goto justack
#else
        skip                           /* the client's retry finds the row and does the same steps  */
#endif
     :: true fi;
  raise(v); printf("writer %d: raises to v%d\n", i, v);
  goto justack;
off: skip;                              /* wait until every licence to serve hits has run out        */
#ifndef M_NOWAIT
  (!lic[0] && !lic[1]) || ns != vw || (b4 == 0);   /* ... or the view has moved on since: they had */
#endif
  d_step { tns[i] = 99; skip };        /* a token of no cache: the next answer comes from the database */
  d_step { MAXTO(acked, v); MAXTO(must[i], v); MAXTO(tlsn[i], v); printf("writer %d: v%d acknowledged, cache off\n", i, v) };
  goto end;
justack: skip; ack(i, v);
end: v = 0; stamp = 0; b4 = 0; vw = 0 }

#define L1OK (l1 != 0 && lic[i] && l1ns == tns[i] && tseq[i] <= wm)
#ifdef M_NOWM
#undef L1OK
#define L1OK (l1 != 0 && lic[i])
#endif
#ifdef M_NOFLAG
#define CLEAN 1
#else
#ifdef NOL1
#define CLEAN 0
#else
#define CLEAN (!dirty[i])
#endif
#endif
#ifdef M_NOFOLD
#define FOLD(x) skip
#else
#define FOLD(x) if :: tns[i] != ns -> tns[i] = ns; tseq[i] = 0 :: else fi; MAXTO(tseq[i], x)
#endif
inline done() { assert(r >= need2);                                                   /* G2, G3 */
  MAXTO(must[i], r); MAXTO(tlsn[i], r); r = 0; s = 0; tk = 0; kept = 0; need2 = 0; fl = 0; out = 0; stamp = 0; tok = 0 }

proctype Reader(byte i) { byte need2, r, s, stamp, n, tok, fl; bit hit, tk, kept, out;
  do
  :: n == (i -> NR1 : NR) -> break
#ifndef NOL1
  :: atomic { n < (i -> NR1 : NR) && L1OK -> n++; need2 = must[i]; r = l1; s = l1es;          /* own cache      */
       printf("reader %d: L1 answers v%d, it knew v%d\n", i, r, need2); FOLD(s); done() }
#endif
  :: atomic { n < (i -> NR1 : NR) -> n++; need2 = must[i]; dirty[i] = 0; hit = 0;   /* the flight is registered */
       if :: !lic[i] -> out = 1                       /* no licence: the database, nothing is told */
          :: lic[i] && tns[i] != ns -> skip           /* token of another cache: database, a raise */
          :: lic[i] && tns[i] == ns && kind == VAL -> hit = 1; r = gv; s = es;
             printf("reader %d: shared cache answers v%d, acknowledged before was v%d, it knew v%d\n", i, r, acked, need2);
             assert(r >= acked)                                                           /* G1    */
          :: lic[i] && tns[i] == ns && kind == EMPTY -> kind = TICKET; owner = i + 1; floor = 0; tk = 1
          :: lic[i] && tns[i] == ns && kind == TICKET -> skip
       fi };
     if
     :: hit -> atomic { hit = 0; if :: CLEAN && l1ns == ns -> l1 = r; l1es = s :: else fi; FOLD(s); done() }
     :: else ->
        if
        :: atomic { r = db; skip }                                 /* the primary                  */
        :: atomic { !tk && rep >= tlsn[i] -> r = rep }             /* a replica past the token     */
#ifdef M_REPFILL
        :: atomic { tk && rep >= tlsn[i] -> r = rep }
#elif defined(READINDEX)
        :: tk -> fl = db; atomic { rep >= fl -> r = rep }          /* fill from a replica past the
                                                    primary's LSN, asked for after the ticket      */
#endif
        :: goto forget                                             /* gives up; the ticket stays   */
        fi;
        printf("reader %d: database answers v%d (ticket %d)\n", i, r, tk);
        if
        :: out -> atomic { tns[i] = 99; done() }
        :: else ->
           atomic { tok = (tk -> i + 1 : 88); fl = SEEN(r); fill(tok, fl, r); s = stamp };
           atomic { if :: kept && CLEAN && l1ns == ns -> l1 = r; l1es = s :: else fi; FOLD(s); done() }
        fi
     fi;
forget: atomic { r = 0; s = 0; tk = 0; kept = 0; need2 = 0; fl = 0; out = 0; tok = 0; stamp = 0 }
  od }

active proctype World() {
end: do
  :: d_step { rep < db -> rep++ }
  :: d_step { kind != EMPTY -> kind = EMPTY; ver = 0; gv = 0; es = 0; owner = 0; floor = 0; printf("Redis loses the slot\n") }
#ifndef NOL1
  :: d_step { wm < seq && l1ns == ns -> wm++; l1 = 0; l1es = 0; dirty[0] = 1; dirty[1] = 1; printf("L1 hears of raise %d\n", wm) }
  :: d_step { (wm < seq || l1ns != ns) -> wm = seq; l1ns = ns; l1 = 0; l1es = 0; dirty[0] = 1; dirty[1] = 1; printf("L1's stream is back: flushed\n") }
#endif
#ifdef RESTART
  :: d_step { !restarted -> restarted = 1; kind = EMPTY; ver = 0; gv = 0; es = 0; owner = 0; floor = 0; seq = 0; ns++; printf("Redis restarts empty\n") }
#endif
#ifdef VIEW
  :: d_step { !on && lic[0] -> lic[0] = 0; printf("reader 0's licence runs out\n") }
  :: d_step { !on && lic[1] -> lic[1] = 0; printf("reader 1's licence runs out\n") }
  :: d_step { !on && !lic[0] && !lic[1] -> on = 1; lic[0] = 1; lic[1] = 1; kind = EMPTY; ver = 0; gv = 0; es = 0; owner = 0; floor = 0; seq = 0; ns++; l1 = 0; l1es = 0; wm = 0; l1ns = ns; dirty[0] = 1; dirty[1] = 1; printf("the cache is switched on again, empty\n") }
#endif
  od }

init { atomic { run Writer(0); run Writer(1); run Reader(0); run Reader(1) } }
