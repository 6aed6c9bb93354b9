package tornado

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// notify tells systemd of the state of this process, if it has asked for that (sd_notify(3), Type=notify).
func notify(state string) error {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	conn, err := net.Dial("unixgram", path)
	if err != nil {
		return fmt.Errorf("tornado: NOTIFY_SOCKET: %w", err)
	}
	_, err = conn.Write([]byte(state))
	if err = errors.Join(err, conn.Close()); err != nil {
		return fmt.Errorf("tornado: NOTIFY_SOCKET: %w", err)
	}
	return nil
}

// notifyReady says that this process serves, and that it is the main one: it may have replaced another. Where sockets of
// systemd are left that nobody has taken yet, it says how many: whoever holds them learns that nobody accepts there.
func notifyReady() error {
	state := fmt.Sprintf("READY=1\nMAINPID=%d", os.Getpid())
	if n := inherited.get().untaken(); n > 0 {
		state += fmt.Sprintf("\nX_TORNADO_UNTAKEN=%d", n)
	}
	return notify(state)
}

// announce tells whoever waits for it that this process serves. If ctx ends meanwhile, nobody may wait any more.
func (s *Server) announce(ctx context.Context) {
	if err := errors.Join(inherited.get().serves(), notifyReady()); err != nil && ctx.Err() == nil {
		s.logger.Warn("telling that this process serves", "error", err)
	}
}

// recede makes the way free before the drain. What another process has taken over is no business of this one any more: it must
// not answer that it is not ready. Else readiness turns off, and those who ask for it get the time to notice.
func (s *Server) recede(stopAdmin func()) {
	if s.replaced.Load() {
		stopAdmin()
		return
	}
	s.unready.Store(true)
	if err := notify("STOPPING=1"); err != nil {
		s.logger.Warn("telling that this process stops", "error", err)
	}
	time.Sleep(s.timeouts.Unready)
}
