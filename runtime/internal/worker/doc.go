// Package worker turns ready connections into served ones: it holds the states
// of a connection, and the goroutines that work.
//
// The flow: a loop reports an edge on an idle Conn, which becomes busy and is
// put in the queue of that loop's pool. A worker, a warm goroutine, takes it,
// borrows a Frame and calls Handler.Serve, which reads and writes without ever
// holding up the loop. What Serve returns decides what follows: the connection
// is idle again and costs no goroutine and no buffer, or it is parked until
// Resume, queued once more behind the others, or closed.
//
// A pool runs few workers at first, which take from the queue one after the
// other; when nobody takes for a while they are blocked, and more start.
//
// The files: engine (loops, listeners), drain, conn, rare (what most do
// without), state (the legal moves), wait (reading, writing, and parking inside a
// request), send (writing from outside of it), layer, opening (what comes before
// the first Serve) and openings (who has a place for that), deadline, queue (who waits for a worker), pool (the workers),
// stall (how many of them run), work (what one does), way (how others go first),
// errand (what is no connection), linger, stats; and hot, what each request runs
// through of all of these, from an edge to a worker, and back to idle: it stands
// together, so that less of it is found cold (ADR 25).
//
// The package is built on Linux alone, see package poll.
package worker
