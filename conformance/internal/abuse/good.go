package abuse

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

// goodVariable tells a process where it is to be a good client, how, and for how long.
const goodVariable = "TORNADOGEN_GOOD"

// goodTask is what it tells.
type goodTask struct {
	At     target.Addresses
	Secure bool // over TLS, too
	For    time.Duration
}

// rest is how long a good client waits between an answer and the next request, and one that connects anew.
const (
	rest    = time.Millisecond
	restNew = 5 * time.Millisecond
)

// The ways in which good clients come. One is there before the attack, the others have to be let in during it.
const (
	wayKept   = "kept connection"
	wayNew    = "new connections"
	waySecure = "new connections over TLS"
)

// latencies are how long good clients have waited, each time, by the way that they come.
type latencies map[string][]time.Duration

// rounds is what good clients waited in each while.
type rounds []latencies

// ways is how they came, sorted.
func (r rounds) ways() (ways []string) {
	for _, l := range r {
		ways = slices.AppendSeq(ways, maps.Keys(l))
	}
	slices.Sort(ways)
	return slices.Compact(ways)
}

// count is how many answers they got.
func (r rounds) count(way string) (n int) {
	for _, l := range r {
		n += len(l[way])
	}
	return n
}

// p99 is the median of what the hundredth that waited longest waited at least in each.
func (r rounds) p99(way string) time.Duration {
	var each []time.Duration
	for _, l := range r {
		if list := slices.Sorted(slices.Values(l[way])); len(list) > 0 {
			each = append(each, list[(len(list)-1)*99/100])
		}
	}
	if len(each) == 0 {
		return 0
	}
	slices.Sort(each)
	return (each[(len(each)-1)/2] + each[len(each)/2]) / 2
}

// MainIfGood is a good client and ends the process, if this package has started it. Call it first in main, or TestMain.
func MainIfGood() {
	text, found := os.LookupEnv(goodVariable)
	if !found {
		return
	}
	var task goodTask
	err := json.Unmarshal([]byte(text), &task)
	if err == nil {
		err = task.play()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// play asks in every way at the same time, and writes the latencies.
func (task *goodTask) play() error {
	conn, err := net.Dial("tcp", task.At.Plain)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	ctx, cancel := context.WithTimeout(context.Background(), task.For)
	defer cancel()
	ways := map[string]func() ([]time.Duration, error){
		wayKept: func() ([]time.Duration, error) { return ask(ctx, conn, rest) },
		wayNew:  func() ([]time.Duration, error) { return askAnew(ctx, task.At.Plain, nil) },
	}
	if task.Secure {
		config := &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}} //nolint:gosec // the certificate is made up
		ways[waySecure] = func() ([]time.Duration, error) { return askAnew(ctx, task.At.TLS, config) }
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	all := make(latencies)
	for way, play := range ways {
		wg.Go(func() {
			list, e := play()
			mu.Lock()
			defer mu.Unlock()
			all[way] = list
			if e != nil {
				err = errors.Join(err, fmt.Errorf("%s: %w", way, e))
			}
		})
	}
	wg.Wait()
	return errors.Join(err, json.NewEncoder(os.Stdout).Encode(all))
}

// askAnew asks again and again, each time on a connection of its own.
func askAnew(ctx context.Context, addr string, config *tls.Config) (list []time.Duration, err error) {
	for n := 0; ctx.Err() == nil; n++ {
		begun := time.Now()
		d := net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 2, byte(1+n%100))}} // so that ports do not run out
		conn, err := d.Dial("tcp4", addr)
		if err != nil {
			return list, err
		}
		if config != nil {
			conn = tls.Client(conn, config)
		}
		if err := errors.Join(askOnce(conn, bufio.NewReader(conn)), conn.Close()); err != nil {
			return list, err
		}
		list = append(list, time.Since(begun))
		time.Sleep(restNew)
	}
	return list, nil
}

// goodClient is one in a process of its own: bad ones have many goroutines, and it waits for none of them.
type goodClient struct {
	command *exec.Cmd
	out     *bufio.Reader
	wrong   bytes.Buffer
}

// beGood starts one, and waits until it has its first connection. It runs before others that want the processor, where it may.
func beGood(at target.Addresses, secure bool, d time.Duration) (*goodClient, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	task, err := json.Marshal(goodTask{at, secure, d})
	if err != nil {
		return nil, err
	}
	c := &goodClient{command: exec.Command(self)}
	c.command.Env = append(os.Environ(), goodVariable+"="+string(task))
	c.command.Stderr = &c.wrong
	out, err := c.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewReader(out)
	if err := c.command.Start(); err != nil {
		return nil, err
	}
	_ = target.Prefer(c.command.Process.Pid) // what it may not, others share
	if _, err := c.out.ReadString('\n'); err != nil {
		return nil, errors.Join(err, c.command.Wait())
	}
	return c, nil
}

// end waits for its end, and returns how long it has waited, each time.
func (c *goodClient) end() (list latencies, err error) {
	err = json.NewDecoder(c.out).Decode(&list)
	if ended := c.command.Wait(); ended != nil {
		err = errors.Join(err, ended, errors.New(strings.TrimSpace(c.wrong.String())))
	}
	return list, err
}

// beHonest asks without a rest.
func (row *Row) beHonest(ctx context.Context, child *target.Child) {
	conn, err := net.Dial("tcp", child.Plain)
	var list []time.Duration
	if err == nil {
		list, err = ask(ctx, conn, 0)
	}
	row.fault(err)
	row.mu.Lock()
	defer row.mu.Unlock()
	row.asked += len(list)
}

// ask asks again and again on one connection, which it closes, with a rest between.
func ask(ctx context.Context, conn net.Conn, rest time.Duration) (list []time.Duration, err error) {
	defer func() { _ = conn.Close() }()
	r := bufio.NewReader(conn)
	for ctx.Err() == nil {
		begun := time.Now()
		if err := askOnce(conn, r); err != nil {
			return list, err
		}
		list = append(list, time.Since(begun))
		time.Sleep(rest)
	}
	return list, nil
}

// patience is how long a good client waits.
const patience = 20 * time.Second

// askOnce asks, and demands the answer.
func askOnce(conn net.Conn, r *bufio.Reader) error {
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, "GET /ping?nonce=good HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		return err
	}
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return fmt.Errorf("%s %s: %w", res.Status, body, err)
	}
	if string(body) != `{"nonce":"good"}` {
		return fmt.Errorf("%s %s: not what was asked for", res.Status, body)
	}
	return nil
}
