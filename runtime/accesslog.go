package tornado

import (
	"context"
	"log/slog"
	"time"
)

// access logs one request. ended is "answered" or "client gone": each request ends in exactly one of the two.
func (x *exchange) access(l *slog.Logger, status int, bytes int64, ended string) {
	operation := ""
	if x.match != nil {
		operation = x.match.op.ID
	}
	l.LogAttrs(context.Background(), slog.LevelInfo, "request",
		slog.String("method", string(x.head.Method)),
		slog.String("target", string(x.head.Target)),
		slog.String("operation", operation),
		slog.Int("status", status),
		slog.Int64("bytes", bytes),
		slog.Duration("took", time.Since(x.started)),
		slog.String("peer", x.peer.RemoteAddr().String()),
		slog.String("ended", ended),
	)
}
