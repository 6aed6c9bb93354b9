package tornado

import (
	"errors"
	"net/http"

	"github.com/tornadogen/tornadogen/runtime/internal/http1"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

// Abandon answers for a handler that ended its goroutine (runtime.Goexit), and for what panicked around one, which the worker logs.
func (f *frame) Abandon(cause any) {
	defer f.x.call.leave()
	if f.x.request == nil { // a mounted one has been answered for
		f.flush()
		return
	}
	if f.upload != nil {
		f.upload.shut()
	}
	if cause == nil {
		f.x.log("handler ended its goroutine")
	}
	f.x.crashed()
	if s := f.x.socket; s != nil && s.accepted() {
		(*socketTenant)(s).abandon(f)
		return
	}
	if f.x.deferred != nil {
		f.abandonDeferred()
		return
	}
	if f.x.stream != nil && f.x.stream.crashed() {
		f.finishStream(0)
		return
	}
	f.x.reply.reset()
	f.lastAnswer(http.StatusInternalServerError, "")
}

// lastAnswer ends the request at the front with a refusal, and with it the connection.
func (f *frame) lastAnswer(status int, detail string) {
	f.begun()
	if f.phase == phaseHead && f.x.match == nil {
		f.x.head = http1.Head{Fields: f.x.head.Fields[:0]} // nothing is known of the request; what stands there is an earlier one
	}
	f.x.reply.refuse(status, detail)
	f.x.settle()
	f.record(f.x.reply.status, int64(f.writeAnswer(endClose)))
	f.flush()
	f.closeExchange()
}

// expire ends a connection whose deadline has passed: in silence between requests, with 408 inside of one.
func (f *frame) expire() worker.Next {
	met := BoundIdleTime
	if f.phase == phaseBody || !f.onlyEmptyLines() {
		if met = BoundHeaderTime; f.phase == phaseBody {
			met = BoundBodyTime
		}
		f.x.reply.reset()
		f.lastAnswer(http.StatusRequestTimeout, "the request took too long to arrive")
	}
	f.service.server.bounds.meet(met)
	return f.close()
}

// reject answers bytes that are no request. Nobody knows where the next one would begin.
func (f *frame) reject(err error) verdict {
	status, reason := http.StatusBadRequest, err.Error()
	var fault *http1.ProtocolError
	if errors.As(err, &fault) {
		status, reason = fault.Status, fault.Reason
		f.service.server.bounds.meetHTTP1(fault)
	}
	f.begun()
	f.x.reply.reset()
	f.lastAnswer(status, reason)
	return endLinger
}
