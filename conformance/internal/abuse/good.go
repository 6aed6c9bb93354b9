package abuse

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

// goodVariable tells a process where it is to be a good client, and for how long.
const goodVariable = "TORNADOGEN_GOOD"

// rest is how long a good client waits between an answer and the next request.
const rest = time.Millisecond

// MainIfGood is a good client and ends the process, if this package has started it. Call it first in main, or TestMain.
func MainIfGood() {
	addr, text, found := strings.Cut(os.Getenv(goodVariable), " ")
	if !found {
		return
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		panic(err) // beGood writes it
	}
	conn, err := net.Dial("tcp", addr)
	if err == nil {
		fmt.Println("ready")
		ctx, cancel := context.WithTimeout(context.Background(), d)
		defer cancel()
		var latencies []time.Duration
		latencies, err = ask(ctx, conn, rest)
		err = errors.Join(err, json.NewEncoder(os.Stdout).Encode(latencies))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// goodClient is one in a process of its own: bad ones have many goroutines, and it waits for none of them.
type goodClient struct {
	command *exec.Cmd
	out     *bufio.Reader
}

// beGood starts one, and waits until it has its connection. It runs before others that want the processor, where it may.
func beGood(addr string, d time.Duration) (*goodClient, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &goodClient{command: exec.Command(self)}
	c.command.Env = append(os.Environ(), goodVariable+"="+addr+" "+d.String())
	c.command.Stderr = os.Stderr
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
func (c *goodClient) end() (latencies []time.Duration, err error) {
	err = json.NewDecoder(c.out).Decode(&latencies)
	return latencies, errors.Join(err, c.command.Wait())
}

// beHonest asks without a rest.
func beHonest(ctx context.Context, child *target.Child) error {
	conn, err := net.Dial("tcp", child.Plain)
	if err == nil {
		_, err = ask(ctx, conn, 0)
	}
	return err
}

// ask asks again and again on one connection, which it closes, with a rest between.
func ask(ctx context.Context, conn net.Conn, rest time.Duration) (latencies []time.Duration, err error) {
	defer func() { _ = conn.Close() }()
	r := bufio.NewReader(conn)
	for ctx.Err() == nil {
		begun := time.Now()
		if err := conn.SetDeadline(begun.Add(20 * time.Second)); err != nil {
			return latencies, err
		}
		if _, err := io.WriteString(conn, "GET /ping?nonce=good HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			return latencies, err
		}
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return latencies, err
		}
		body, err := io.ReadAll(res.Body)
		if err = errors.Join(err, res.Body.Close()); err != nil {
			return latencies, fmt.Errorf("%s %s: %w", res.Status, body, err)
		}
		if string(body) != `{"nonce":"good"}` {
			return latencies, fmt.Errorf("%s %s: not what was asked for", res.Status, body)
		}
		latencies = append(latencies, time.Since(begun))
		time.Sleep(rest)
	}
	return latencies, nil
}
