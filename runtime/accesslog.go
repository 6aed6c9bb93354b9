package tornado

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Ending is how a request ended.
type Ending uint8

// The endings.
const (
	EndedAnswered Ending = iota
	EndedGone            // its client was gone before it was answered, or did not take the answer as far as the server sees before its handler has returned
	EndedCut             // the server has cut it off: its handler wanted that or failed in the middle of the answer, or the drain took too long
)

// String is what the access log says.
func (e Ending) String() string { return [...]string{"answered", "client gone", "cut"}[e] }

// accessRecord is one request that has ended, for the access log.
type accessRecord struct {
	method, target, operation string
	status                    int // 0 when no answer has begun
	bytes                     int64
	took                      time.Duration
	ended                     Ending
	client                    string // its address, if a proxy has told; else ""
	attrs                     []slog.Attr
}

// log writes the record. Each request ends in exactly one way. That a line could not be written, as on a disk that is full, is told to the
// other log, once.
func (r *accessRecord) log(s *Server, peer string) {
	if r.client != "" {
		peer = r.client
	}
	ctx, h := context.Background(), s.accessLog.Handler()
	if !h.Enabled(ctx, slog.LevelInfo) {
		return
	}
	line := slog.NewRecord(time.Now(), slog.LevelInfo, "request", 0)
	line.AddAttrs(
		slog.String("method", r.method), slog.String("target", s.shown(r.target)), slog.String("operation", r.operation),
		slog.Int("status", r.status), slog.Int64("bytes", r.bytes), slog.Duration("took", r.took),
		slog.String("peer", peer), slog.String("ended", r.ended.String()),
	)
	line.AddAttrs(r.attrs...)
	if err := h.Handle(ctx, line); err != nil && s.logLost.CompareAndSwap(false, true) {
		s.logger.Error("the access log misses lines", "error", err)
	}
}

// shown is a target without the values of API keys that stand in its query, of any API of the server: who asks for what no API has sends
// them, too.
func (s *Server) shown(target string) string {
	path, query, asked := strings.Cut(target, "?")
	if !asked || !slices.ContainsFunc(s.apis, func(a *API) bool { return len(a.queryKeys) > 0 }) {
		return target
	}
	parts := strings.Split(query, "&")
	for i, part := range parts {
		written, _, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(written)
		if err == nil && slices.ContainsFunc(s.apis, func(a *API) bool { return slices.Contains(a.queryKeys, name) }) {
			parts[i] = written + "=REDACTED"
		}
	}
	return path + "?" + strings.Join(parts, "&")
}
