package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/tornadogen/tornadogen/spec"
)

func newDev() *cobra.Command {
	var s settings
	d := &developer{patience: endWithin}
	cmd := &cobra.Command{
		Use:   "dev [SPEC] --out DIR [-- ARGS...]",
		Short: "Generate, build and restart the service at every change",
		Long: `dev runs the service of the current folder, and does it again whenever a file of it or of the document changes: it generates the
package, builds the program, starts it, and lets the one before drain. It holds the listener itself and passes it on, so that no
connection is refused or reset meanwhile: the service takes it when it calls tornado.Listen with the address of --addr.

What is wrong, in the document or in the code, stands in the terminal, and in the browser until it is right: every request is then
answered 503 with the same text, and a page that was opened comes back by itself. The arguments behind -- are those of the service.

It needs a Unix system, and the go command.`,
		Example: `  tornadogen dev                                     # all of it from tornadogen.yaml
  tornadogen dev openapi.yaml --out petapi
  tornadogen dev --addr :9000 -- -addr :9000`,
		Args: func(cmd *cobra.Command, given []string) error {
			if dash := cmd.ArgsLenAtDash(); dash >= 0 {
				given = given[:dash]
			}
			return args(0, 1, "")(cmd, given)
		},
	}
	s.flags(cmd, packageKeys...)
	cmd.Flags().StringVar(&d.addr, "addr", localAddr, "address that the service listens on")
	cmd.Flags().StringVar(&d.main, "main", ".", "folder of the service's package main")
	_ = cmd.MarkFlagDirname("main")
	cmd.RunE = func(cmd *cobra.Command, given []string) error {
		if dash := cmd.ArgsLenAtDash(); dash >= 0 {
			given, d.args = given[:dash], given[dash:]
		}
		d.cmd, d.asked, d.given = cmd, s, given
		one := d.asked
		if err := one.completePackage(cmd, d.given); err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		context.AfterFunc(ctx, stop) // the next interrupt ends this process
		return d.run(ctx, &one)
	}
	return cmd
}

// developer is one run of dev. Its methods run on one goroutine.
type developer struct {
	cmd      *cobra.Command
	asked    settings // by the command line alone
	given    []string // SPEC, or nothing
	addr     string
	main     string
	args     []string
	patience time.Duration // with programs that are to end

	folder   string // of programs and of the socket that they report to
	listener *os.File
	ready    *net.UnixConn
	builds   int
	built    [sha256.Size]byte // the program that runs
	current  *program          // nil where none runs
	former   []*program        // those that were stopped and may drain still
	page     *errorPage        // nil where a program runs
}

// run serves until ctx ends.
func (d *developer) run(ctx context.Context, s *settings) (err error) {
	if d.folder, err = os.MkdirTemp("", "tornadogen-dev-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(d.folder)) }()
	defer d.close()
	if err := d.listen(); err != nil {
		return err
	}
	w, err := watch(d.folders(s), s.copies())
	if err != nil {
		return err
	}
	defer w.close()
	defer d.end()
	d.cycle(ctx)
	for {
		var ended <-chan struct{}
		if d.current != nil {
			ended = d.current.ended
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-w.failed:
			return err
		case <-ended:
			d.current, d.built = nil, [sha256.Size]byte{}
			d.show("", errors.New("the service has ended: what it said stands in the terminal; it starts again at the next change"))
		case <-w.changed:
			d.cycle(ctx)
		}
	}
}

// listen binds the address, and the socket on which a program tells that it serves.
func (d *developer) listen() error {
	listener, err := net.Listen("tcp", d.addr)
	if err != nil {
		return fmt.Errorf("--addr: %w; choose another address", err)
	}
	tcp := listener.(*net.TCPListener)
	if d.listener, err = tcp.File(); err != nil {
		return err
	}
	if err := tcp.Close(); err != nil { // the file is another name of the same socket
		return err
	}
	ready := filepath.Join(d.folder, "ready")
	if d.ready, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: ready, Net: "unixgram"}); err != nil {
		return fmt.Errorf("%s: cannot be listened on: %w; set TMPDIR to a folder with a short path that can be written to", ready, cause(err))
	}
	return nil
}

// close closes what listen has opened.
func (d *developer) close() {
	if d.listener != nil {
		_ = d.listener.Close() // the process ends
	}
	if d.ready != nil {
		_ = d.ready.Close() // likewise
	}
}

// folders are those to watch: the module of the service, and where the document and its overlays lie.
func (d *developer) folders(s *settings) []string {
	folders := []string{filepath.Dir(s.Spec)}
	if root, _, err := moduleOf(d.main); err == nil {
		folders = append(folders, root)
	}
	for _, overlay := range s.Overlays {
		folders = append(folders, filepath.Dir(overlay))
	}
	return folders
}

// copies are the absolute paths where generate puts the document that the package serves, but for what it reads itself.
func (s *settings) copies() []string {
	absolute := func(path string) string {
		if abs, err := filepath.Abs(path); err == nil {
			return abs
		}
		return path
	}
	var read, copies []string
	for _, path := range append([]string{s.Spec}, s.Overlays...) {
		read = append(read, absolute(path))
	}
	for _, name := range []string{"openapi.yaml", "openapi.json"} {
		if path := absolute(filepath.Join(s.Out, name)); !slices.Contains(read, path) {
			copies = append(copies, path)
		}
	}
	return copies
}

func (d *developer) say(format string, args ...any) {
	_, _ = fmt.Fprintf(d.cmd.ErrOrStderr(), "tornadogen: "+format+"\n", args...) // there is nowhere else to complain
}

// cycle brings what runs to what the files say.
func (d *developer) cycle(ctx context.Context) {
	began := time.Now()
	found, err := d.generate()
	if err != nil {
		d.show(found, err)
		return
	}
	path, sum, err := d.build(ctx)
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		d.show(found, err)
		return
	case d.current != nil && sum == d.built:
		d.tell(found)
		_ = os.Remove(path) // nothing that it is made of has changed
		return
	}
	next, err := d.start(ctx, path)
	if err != nil {
		if ctx.Err() == nil {
			d.show(found, err)
		}
		return
	}
	d.hide()
	d.tell(found)
	d.leave()
	d.current, d.built = next, sum
	d.say("serving on %s, %s after the change", d.addr, time.Since(began).Round(10*time.Millisecond))
}

// generate writes the package, and returns the text of what was found in the document, warnings too.
func (d *developer) generate() (found string, err error) {
	s := d.asked
	s.locking = lockExtend
	o, err := s.prepare(d.cmd, d.given, func(findings spec.Diagnostics) error {
		found = briefly(s.Spec, findings)
		return nil
	})
	if err == nil {
		err = s.write(o)
	}
	return found, err
}

// build builds the program, and returns its path and its hash.
func (d *developer) build(ctx context.Context) (string, [sha256.Size]byte, error) {
	var sum [sha256.Size]byte
	d.builds++
	path := filepath.Join(d.folder, "service"+strconv.Itoa(d.builds))
	p := startProgress(d.cmd.ErrOrStderr(), 1, "building the service")
	defer p.end()
	build := exec.CommandContext(ctx, "go", "build", "-o", path, ".")
	build.Dir = d.main
	if out, err := build.CombinedOutput(); err != nil {
		return "", sum, d.unbuilt(out, err) // and no file
	}
	if file, err := os.Stat(path); err == nil && file.Mode()&0o100 == 0 { // the go command has written what programs are linked of
		return "", sum, errors.Join(fmt.Errorf("%s: is not the folder of a program, a package main; %s", d.main, noProgram), os.Remove(path))
	}
	program, err := os.ReadFile(path)
	if err != nil {
		return "", sum, err
	}
	return path, sha256.Sum256(program), nil
}

// noProgram is what to do where there is no service.
const noProgram = "name the folder of the service with --main, or begin a service with tornadogen init"

// unbuilt tells why the go command, which has said out, did not build the service, and what to do.
func (d *developer) unbuilt(out []byte, err error) error {
	_, gone := os.Stat(d.main)
	told := goCommand("the service", out, err)
	switch {
	case gone != nil:
		return fmt.Errorf("%s: there is no such folder; %s", d.main, noProgram)
	case bytes.HasPrefix(out, []byte("no Go files in ")):
		return fmt.Errorf("%w; %s", told, noProgram)
	case bytes.Contains(out, []byte("missing method")):
		return fmt.Errorf("%w\ntornadogen sync adds the methods that are missing", told)
	}
	return told
}

// readyWithin is how long a program may take until it serves.
const readyWithin = 30 * time.Second

// anotherWithin is how long a program that serves elsewhere has to serve on the listener, too.
const anotherWithin = 2 * time.Second

// endWithin is how long a program has to drain; it is more than the runtime takes (Timeouts.Drain).
const endWithin = 40 * time.Second

// start starts a program with the listener, and waits until it serves. The file of the program goes with the program.
func (d *developer) start(ctx context.Context, path string) (*program, error) {
	p, err := launchWithListener(d.cmd, path, d.args, d.listener, filepath.Join(d.folder, "ready"))
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	go func() {
		<-p.ended
		_ = os.Remove(path) // it goes with the folder else
	}()
	heard, elsewhere := make(chan struct{}), make(chan struct{}, 1)
	go func() {
		defer close(heard)
		d.hear(p, elsewhere)
	}()
	stop := func() { _ = d.ready.SetReadDeadline(time.Now()); <-heard; _ = d.ready.SetReadDeadline(time.Time{}) }
	wrong := fmt.Errorf("the service does not serve on %s: have it call tornado.Listen with that address, or give dev another one: tornadogen dev --addr :9000 -- -addr :9000", d.addr)
	late := time.NewTimer(readyWithin)
	defer late.Stop()
	for err == nil {
		select {
		case <-heard:
			return p, nil
		case <-elsewhere:
			wrong = fmt.Errorf("the service listens elsewhere than on %[1]s: add -- -addr %[1]s, or have it call tornado.Listen with that address", d.addr)
			late.Reset(anotherWithin)
		case <-p.ended:
			stop()
			return nil, errors.New("the service ended before it served: what it said stands in the terminal")
		case <-ctx.Done():
			err = ctx.Err()
		case <-late.C:
			err = wrong
		}
	}
	stop()
	d.drain(p)
	return nil, err
}

// hear reads what programs tell until p serves on the listener. That p serves, but not there, it passes on to elsewhere.
func (d *developer) hear(p *program, elsewhere chan<- struct{}) {
	pid := strconv.Itoa(p.cmd.Process.Pid)
	buf := make([]byte, 512)
	for {
		n, err := d.ready.Read(buf)
		if err != nil {
			return
		}
		switch serves, there := serving(string(buf[:n]), pid); {
		case serves && there:
			return
		case serves:
			select {
			case elsewhere <- struct{}{}:
			default:
			}
		}
	}
}

// serving reads what a program tells (sd_notify(3)): whether it is the process pid, which serves, and there: on the listener.
func serving(told, pid string) (serves, there bool) {
	lines := strings.Split(told, "\n")
	serves = slices.Contains(lines, "READY=1") && slices.Contains(lines, "MAINPID="+pid)
	untaken := slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, "X_TORNADO_UNTAKEN=") })
	return serves, !untaken
}

// tell prints what was found in the document.
func (d *developer) tell(found string) {
	_, _ = io.WriteString(d.cmd.ErrOrStderr(), found) // there is nowhere else to complain
}

// show tells what is wrong in the terminal, below what was found in the document, and answers every request with both.
func (d *developer) show(found string, wrong error) {
	d.tell(found)
	d.say("%v", wrong)
	text := found + wrong.Error()
	if d.page == nil {
		page, err := serveError(d.listener, text)
		if err != nil {
			d.say("%v", err)
			return
		}
		d.page = page
	}
	d.page.set(text)
	d.leave()
}

// hide ends the answers with what was wrong.
func (d *developer) hide() {
	if d.page != nil {
		d.page.close()
		d.page = nil
	}
}

// leave has what runs drain and end.
func (d *developer) leave() {
	if d.current != nil {
		d.drain(d.current)
		d.current, d.built = nil, [sha256.Size]byte{}
	}
}

// drain asks a program to drain and end by itself, and kills it when it does not.
func (d *developer) drain(p *program) {
	p.stop()
	go func() {
		select {
		case <-p.ended:
		case <-time.After(d.patience):
			d.say("the service did not end within %s of being interrupted: it is killed", d.patience)
			_ = p.cmd.Process.Kill() // it may have ended now
		}
	}()
	d.former = append(slices.DeleteFunc(d.former, (*program).hasEnded), p)
}

// end ends what runs, and waits for all that was stopped.
func (d *developer) end() {
	d.hide()
	d.leave()
	for _, p := range d.former {
		<-p.ended
	}
}
