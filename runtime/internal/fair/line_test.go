package fair

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func addr(n int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}) }

// TestOrder: who has the least is first, and where they have the same who came first, or last if the line is turned.
func TestOrder(t *testing.T) {
	var l Line[string]
	one, two := l.Peer(addr(1)), l.Peer(addr(2))
	l.Take(one)
	l.Take(one)
	l.Take(two)
	l.Wait(one, "one, first")
	l.Wait(two, "two, first")
	l.Wait(two, "two, last")
	gone := l.Wait(two, "gone")
	l.Wait(one, "one, last")
	l.Wait(l.Peer(netip.Addr{}), "many, first")
	l.Wait(l.Peer(netip.Addr{}), "many, last")
	l.Leave(two, gone)
	var got []string
	next := func() {
		what, ok := l.Next()
		require.True(t, ok)
		got = append(got, what)
	}
	for range 3 {
		next()
	}
	l.Give(one)
	l.Give(one)
	l.Turn(true)
	next()
	l.Turn(false)
	l.Take(one)
	l.Take(one)
	for range 2 {
		next()
	}
	assert.Equal(t, []string{"many, first", "many, last", "two, first", "one, last", "two, last", "one, first"}, got)
	_, ok := l.Next()
	assert.False(t, ok)
	assert.Same(t, one, l.Peer(addr(1)), "it has some")
	l.Give(one)
	l.Give(one)
	l.Give(two)
	assert.True(t, l.Idle())
}

// TestAgainstModel: whatever is done, the line does what one does that looks at all who wait, and in the end it remembers nobody.
func TestAgainstModel(t *testing.T) {
	type waits struct {
		peer   *Peer[int]
		at     Place
		number int
	}
	for seed := range uint64(200) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			var l Line[int]
			var line []waits
			var taken []*Peer[int]
			turned := false
			for number := range 1000 {
				key := addr(r.IntN(5))
				if r.IntN(5) == 0 {
					key = netip.Addr{}
				}
				if r.IntN(50) == 0 {
					turned = !turned
					l.Turn(turned)
				}
				switch r.IntN(8) {
				case 0, 1, 2:
					p := l.Peer(key)
					line = append(line, waits{p, l.Wait(p, number), number})
				case 3, 4:
					p := l.Peer(key)
					l.Take(p)
					taken = append(taken, p)
				case 5:
					if len(taken) > 0 {
						i := r.IntN(len(taken))
						l.Give(taken[i])
						taken = slices.Delete(taken, i, i+1)
					}
				case 6:
					if len(line) > 0 {
						i := r.IntN(len(line))
						l.Leave(line[i].peer, line[i].at)
						line = slices.Delete(line, i, i+1)
					}
				case 7:
					got, ok := l.Next()
					require.Equal(t, len(line) > 0, ok)
					if !ok {
						continue
					}
					first := slices.MinFunc(line, func(a, b waits) int {
						if turned {
							a.number, b.number = b.number, a.number
						}
						return cmp.Or(cmp.Compare(a.peer.Has(), b.peer.Has()), cmp.Compare(a.number, b.number))
					})
					require.Equal(t, first.number, got)
					line = slices.DeleteFunc(line, func(w waits) bool { return w.number == got })
					require.Len(t, line, l.Len())
					l.Take(first.peer)
					taken = append(taken, first.peer)
				}
			}
			for _, p := range taken {
				l.Give(p)
			}
			for _, w := range line {
				l.Leave(w.peer, w.at)
			}
			assert.True(t, l.Idle())
		})
	}
}
