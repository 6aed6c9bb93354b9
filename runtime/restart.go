package tornado

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// WithRestartSignal has the server restart by [Server.Restart] when the process gets one of signals: syscall.SIGUSR2 or
// syscall.SIGHUP, say. What goes wrong is logged, and the process serves on. The default is none.
func WithRestartSignal(signals ...os.Signal) Option {
	return func(s *Server) { s.restartSignals = signals }
}

// Restart replaces this process by a new one of the same program, at the path that it was started by, with the same arguments and
// environment, without refusing or resetting a connection: the new process gets all listeners that are open, those of
// other servers of the process included, and [Listen] finds them there by network and address. Once it serves (or a server of its),
// this server drains, as at the end of Serve's context, and Serve returns. If the new process ends before, or does not serve within
// Timeouts.Restart or before ctx ends, it is ended, by SIGTERM and if it does not heed that in the time of a drain, by SIGKILL; this one serves on,
// and an error tells so. It is ended likewise if this server ends meanwhile, and Serve returns after it.
//
// Call it while Serve runs. It may be called from any goroutine and more than once: several servers of one process are replaced by
// one new process. It works on Unix systems; elsewhere the error is errors.ErrUnsupported.
func (s *Server) Restart(ctx context.Context) error {
	if !s.beginRestart() {
		return errors.New("tornado: Restart needs a server that serves")
	}
	defer s.restarts.Done()
	ctx, cancel := context.WithTimeout(ctx, s.timeouts.Restart)
	defer cancel()
	defer context.AfterFunc(s.stopped, cancel)()
	if err := successor.start(ctx, s.timeouts.Unready+s.timeouts.Drain); err != nil {
		return fmt.Errorf("tornado: restart: %w", err)
	}
	s.replaced.Store(true)
	s.Shutdown()
	return nil
}

// beginRestart reports whether the server serves, and if so, has Serve wait for restarts.Done.
func (s *Server) beginRestart() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.bound:
	default:
		return false
	}
	if s.state != serverServing {
		return false
	}
	s.restarts.Add(1)
	return true
}

// restartOnSignal calls Restart for each signal until ctx ends.
func (s *Server) restartOnSignal(ctx context.Context) {
	if len(s.restartSignals) == 0 {
		return
	}
	got := make(chan os.Signal, 1)
	signal.Notify(got, s.restartSignals...)
	go func() {
		defer signal.Stop(got)
		for {
			select {
			case <-ctx.Done():
				return
			case sig := <-got:
				s.logger.Info("restarting", "signal", sig.String())
				switch err := s.Restart(ctx); {
				case err == nil:
				case ctx.Err() != nil:
					s.logger.Info("the restart is given up, for this process ends", "reason", err)
				default:
					s.logger.Error("the restart has failed, this process serves on", "error", err)
				}
			}
		}
	}()
}

// successor is the process that replaces this one.
var successor replacement

type replacement struct {
	mu     sync.Mutex // held while it is started
	serves bool       // guarded by mu
}

// start starts the new process, unless that was done before, and waits until it serves. If it does not before ctx ends, it gets the time of grace to
// end by itself.
func (r *replacement) start(ctx context.Context, grace time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.serves {
		return nil
	}
	if ctx.Err() != nil { // while another server has tried
		return context.Cause(ctx)
	}
	lent, err := live.lend()
	if err != nil {
		return err
	}
	next, err := launch(lent)
	if err != nil {
		return errors.Join(err, lent.reclaim())
	}
	defer func() { _ = next.taken.Close() }() // what was written to it is there
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := next.cmd.Wait()
		slog.Default().Debug("the process that replaces this one has ended", "pid", next.cmd.Process.Pid, "error", err)
	}()
	defer context.AfterFunc(ctx, func() { _ = next.ready.Close() })() // ends the read
	word, _ := bufio.NewReader(next.ready).ReadString('\n')
	_ = next.ready.Close() // it was only read
	if word != readyWord {
		end(next.cmd.Process, ended, grace)
		err := lent.reclaim()
		if ctx.Err() != nil {
			return errors.Join(fmt.Errorf("process %d does not serve: %w", next.cmd.Process.Pid, context.Cause(ctx)), err)
		}
		return errors.Join(fmt.Errorf("process %d has ended before it served: %s", next.cmd.Process.Pid, next.cmd.ProcessState), err)
	}
	r.serves = true
	lent.keep()
	_, _ = next.taken.WriteString(takenWord) // it may have ended, and then there is nothing to take over
	return nil
}

// end has a process end that may have ended. It may have accepted connections before it said that it serves, so it gets the time of grace to answer them.
func end(p *os.Process, ended <-chan struct{}, grace time.Duration) {
	if p.Signal(syscall.SIGTERM) == nil {
		select {
		case <-ended:
			return
		case <-time.After(grace):
		}
	}
	_ = p.Kill() // it may have ended
	<-ended
}

// launched is the process that shall replace this one, with this one's ends of the pipes of passedOn.
type launched struct {
	cmd          *exec.Cmd
	ready, taken *os.File
}

// launch starts the program with what it is lent.
func launch(lent *loan) (*launched, error) {
	defer lent.sent()
	path, err := exec.LookPath(os.Args[0])
	if err != nil {
		if path, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	said, err := json.Marshal(passedOn{Parent: os.Getpid(), Sockets: lent.sockets})
	if err != nil {
		return nil, err
	}
	ready, itsReady, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	itsTaken, taken, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, ready.Close(), itsReady.Close())
	}
	cmd := exec.Command(path, os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.ExtraFiles = append(slices.Clip(lent.files), itsReady, itsTaken)
	cmd.Env = append(environment(), passedEnv+"="+string(said))
	err = cmd.Start()
	_, _ = itsReady.Close(), itsTaken.Close() // it has its own, or there is none
	if err != nil {
		return nil, errors.Join(err, ready.Close(), taken.Close())
	}
	return &launched{cmd, ready, taken}, nil
}

// environment is that of this process, without what was said to it alone.
func environment() []string {
	inherited.get() // clears it
	var all []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, passedEnv+"=") {
			all = append(all, v)
		}
	}
	return all
}
