package tornado

import (
	"context"
	"errors"
	"time"
)

// record notes that the request at the front was answered. The access log gets it once the answer was written.
func (f *frame) record(status int, size int64) { f.recordEnd(status, size, EndedAnswered) }

// unanswered is how the request at the front ends, where its connection does without an answer.
func (f *frame) unanswered() Ending {
	if f.broken || f.x.request != nil && f.x.request.clientGone() {
		return EndedGone
	}
	return EndedCut
}

// left is how a request ends that is lost with its connection.
func (s *service) left() Ending {
	if errors.Is(context.Cause(s.base), ErrCut) {
		return EndedCut
	}
	return EndedGone
}

// tell notes a request for who wants to know of it.
func (f *frame) tell(status int, size int64, how Ending) {
	if how == EndedAnswered && f.broken {
		how = EndedGone
	}
	server, took := f.service.server, time.Since(f.started)
	f.x.measure(server.measures.Load(), status, size, took, how)
	if server.accessLog == nil {
		return
	}
	r := accessRecord{method: string(f.x.head.Method), target: string(f.x.head.Target), status: status, bytes: size, took: took, ended: how}
	r.client, r.attrs = f.clientTold(), f.x.transit.logged()
	if f.x.match != nil {
		r.operation = f.x.match.op.ID
	}
	f.records = append(f.records, r)
}

// clientTold is the address of the client, for the access log, if a proxy has told.
func (f *frame) clientTold() string {
	if f.client == "" && f.service.server.proxies != nil && f.x.request != nil {
		return f.x.clientAddr().String()
	}
	return f.client
}

// logRecords writes what record noted. An answer that could not be written has met nobody.
func (f *frame) logRecords() {
	if len(f.records) == 0 {
		return
	}
	peer := f.conn.RemoteAddr().String()
	for i := range f.records {
		if f.records[i].ended == EndedAnswered && f.broken {
			f.records[i].ended = EndedGone
		}
		f.records[i].log(f.service.server, peer)
	}
	clear(f.records)
	f.records = f.records[:0]
}

// lost ends a request whose client went away before it was complete.
func (f *frame) lost() {
	if f.phase == phaseBody {
		f.recordEnd(0, 0, f.service.left())
	}
	f.logRecords()
	f.closeExchange()
}
