package tornado

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// flood sends numbered messages of 8 kB until enough says so, and returns the first error.
func flood(s *chatSocket, n int) error {
	for i := range n {
		if err := s.Send(fmt.Sprintf("%06d", i) + strings.Repeat(".", 8000)); err != nil {
			return err
		}
	}
	return nil
}

// TestSocketSlow: a client that does not read for a while gets all messages, the first ones, or the last ones, or is given up, as the
// document says.
func TestSocketSlow(t *testing.T) {
	const total = 1000 // 8 MB: more than the kernel keeps for a client with a small buffer
	for policy, check := range map[SlowPolicy]func(t *testing.T, got []int, s *chatSocket, err error){
		SlowBlock: func(t *testing.T, got []int, _ *chatSocket, err error) {
			require.NoError(t, err)
			require.Len(t, got, total)
		},
		SlowDropOldest: func(t *testing.T, got []int, s *chatSocket, err error) {
			require.NoError(t, err)
			require.Less(t, len(got), total)
			assert.Equal(t, total-1, got[len(got)-1], "the last one")
			assert.Equal(t, uint64(total-len(got)), s.Dropped())
		},
		SlowDropNewest: func(t *testing.T, got []int, s *chatSocket, err error) {
			require.NoError(t, err)
			require.Less(t, len(got), total)
			assert.Equal(t, 0, got[0], "the first one")
			assert.Equal(t, uint64(total-len(got)), s.Dropped())
		},
		SlowClose: func(t *testing.T, got []int, s *chatSocket, err error) {
			require.ErrorIs(t, err, ErrSocketClosed)
			require.Less(t, len(got), total)
			require.EqualError(t, s.Err(), "websocket closed: 1008 (policy violation): the other end is too slow")
		},
	} {
		t.Run(policy.String(), func(t *testing.T) {
			sockets, flooded := make(chan *chatSocket, 1), make(chan error, 1)
			api := func() *API {
				return chatAPI(SocketOptions{Queue: 10, Slow: policy}, func(_ context.Context, s *chatSocket) error {
					s.OnMessage = func(string) error { return nil }
					sockets <- s
					return nil
				})
			}
			onEach(t, api, func(t *testing.T, dial dialer) {
				p := open(t, dial)
				smallBuffer(t, p.Conn)
				s := <-sockets
				go func() { flooded <- flood(s, total) }()
				result := flooded
				if policy != SlowBlock { // nobody reads, and the sender is not held up
					result = make(chan error, 1)
					result <- <-flooded
				}
				sent := make(chan error, 1)
				go func() {
					sent <- <-result
					_ = s.Close(1000, "")
				}()
				var got []int
				for {
					text := p.next()
					if !strings.HasPrefix(text, `"`) {
						break
					}
					var i int
					_, scan := fmt.Sscanf(text, `"%d.`, &i)
					require.NoError(t, scan)
					if len(got) > 0 {
						require.Greater(t, i, got[len(got)-1], "in order")
					}
					got = append(got, i)
				}
				check(t, got, s, <-sent)
			})
		})
	}
}

// TestSocketWritesAtOnce: what a client takes at once is written by who sends, whatever the transport: nobody else has to wait for it.
func TestSocketWritesAtOnce(t *testing.T) {
	sockets := make(chan *chatSocket, 1)
	api := func() *API {
		return chatAPI(SocketOptions{}, func(_ context.Context, s *chatSocket) error {
			s.OnMessage = func(string) error { return nil }
			sockets <- s
			return nil
		})
	}
	for name, on := range everyTransport {
		t.Run(name, func(t *testing.T) {
			p := open(t, start(t, api(), over(on)).dialer())
			s := <-sockets
			message := &Message[string]{Data: strings.Repeat("x", 256)}
			for range 100 {
				require.NoError(t, s.Deliver(message))
				require.NoError(t, s.Send("y"))
				s.mu.Lock()
				behind := s.backlog != nil
				s.mu.Unlock()
				require.False(t, behind, "a goroutine writes what the client would have taken")
				require.Len(t, p.next(), 258)
				require.Equal(t, `"y"`, p.next())
			}
			p.leave()
		})
	}
}

// TestSocketSlowOnLoop: a loop that serves itself never waits for a client: it is given up, and others are served.
func TestSocketSlowOnLoop(t *testing.T) {
	ended := make(chan error, 1)
	r := start(t, chatAPI(SocketOptions{Queue: 10}, func(_ context.Context, s *chatSocket) error {
		s.OnMessage = func(string) error { return flood(s, 3000) }
		s.OnClose = func(err error) {
			if err != nil {
				ended <- err
			}
		}
		return nil
	}), WithHandlersOnLoop(), WithLoops(1))
	slow, other := open(t, r.dialer()), open(t, r.dialer())
	slow.say("go")
	require.EqualError(t, <-ended, "websocket closed: 1008 (policy violation): the other end is too slow")
	other.leave()
}

// TestSocketNeverReads: memory stays flat beside a client that never reads.
func TestSocketNeverReads(t *testing.T) {
	sockets := make(chan *chatSocket, 1)
	dial := start(t, chatAPI(SocketOptions{Slow: SlowDropOldest}, func(_ context.Context, s *chatSocket) error {
		s.OnMessage = func(string) error { return nil }
		sockets <- s
		return nil
	}), WithTimeouts(Timeouts{Write: time.Hour})).dialer() // it is given up after that time, and the flood may last
	smallBuffer(t, open(t, dial).Conn)
	s := <-sockets
	require.NoError(t, flood(s, 1000)) // fills what there is to fill
	before := heapInUse()
	require.NoError(t, flood(s, 5000)) // 40 MB
	assert.Less(t, heapInUse(), before+8<<20)
}

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestSocketShared: many goroutines send on one socket, and prepared messages on many, while those end.
func TestSocketShared(t *testing.T) {
	sockets := make(chan *chatSocket, 20)
	api := func() *API {
		return chatAPI(SocketOptions{Compression: true}, func(_ context.Context, s *chatSocket) error {
			s.OnMessage = func(string) error { return nil }
			sockets <- s
			return nil
		})
	}
	onEach(t, api, func(t *testing.T, dial dialer) {
		const peers, messages = 8, 50
		long := strings.Repeat("shared ", 100)
		var all sync.WaitGroup
		var open8 []*chatSocket
		for i := range peers {
			fields := ""
			if i%2 == 0 {
				fields = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
			}
			p := open(t, dial, fields)
			s := <-sockets
			open8 = append(open8, s)
			all.Go(func() {
				short, prepared := 0, 0
				for short+prepared < 2*messages {
					switch p.next() {
					case `"short"`:
						short++
					case `"` + long + `"`:
						prepared++
					}
				}
				assert.Equal(t, messages, short)
				p.Close()
			})
		}
		prepared := open8[0].Prepare(long)
		for range messages {
			for _, s := range open8 {
				all.Go(func() {
					assert.NoError(t, s.Send("short"))
					assert.NoError(t, s.SendPrepared(prepared))
				})
			}
		}
		all.Wait()
		for _, s := range open8 { // they are gone, which is found by and by
			require.Eventually(t, func() bool { return s.Send("x") != nil }, patience, time.Millisecond)
		}
	})
}
