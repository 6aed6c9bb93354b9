package tornado

import (
	"context"
	"log/slog"
	"time"
)

// accessRecord is one request that has ended, for the access log.
type accessRecord struct {
	method, target, operation string
	status                    int // 0 when nothing was answered
	bytes                     int64
	took                      time.Duration
	gone                      bool   // the client hung up before it was answered
	client                    string // its address, if a proxy has told; else ""
	attrs                     []slog.Attr
}

// log writes the record. Each request ends in exactly one way: "answered" or "client gone".
func (r *accessRecord) log(l *slog.Logger, peer string) {
	if r.client != "" {
		peer = r.client
	}
	ended := "answered"
	if r.gone {
		ended = "client gone"
	}
	l.LogAttrs(context.Background(), slog.LevelInfo, "request", append([]slog.Attr{
		slog.String("method", r.method), slog.String("target", r.target), slog.String("operation", r.operation),
		slog.Int("status", r.status), slog.Int64("bytes", r.bytes), slog.Duration("took", r.took),
		slog.String("peer", peer), slog.String("ended", ended),
	}, r.attrs...)...)
}
