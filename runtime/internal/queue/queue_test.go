package queue

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func contents(q *Queue) (all []string) {
	for i := range q.Len() {
		all = append(all, string(q.At(i)))
	}
	return all
}

// TestPolicies fills a queue of three and pushes one more.
func TestPolicies(t *testing.T) {
	for policy, want := range map[Policy]struct {
		outcome Outcome
		left    []string
		dropped uint64
	}{
		Block:      {Full, []string{"1", "2", "3"}, 0},
		DropOldest: {Queued, []string{"2", "3", "4"}, 1},
		DropNewest: {Dropped, []string{"1", "2", "3"}, 1},
		Close:      {Overflow, []string{"1", "2", "3"}, 0},
	} {
		t.Run(policy.String(), func(t *testing.T) {
			var q Queue
			q.SetLimits(Limits{Messages: 3, Policy: policy})
			for i := range 3 {
				require.Equal(t, Queued, q.Push([]byte(strconv.Itoa(i+1))))
			}
			require.Equal(t, want.outcome, q.Push([]byte("4")))
			require.Equal(t, want.left, contents(&q))
			require.Equal(t, want.dropped, q.Dropped())
			named, ok := ParsePolicy(policy.String())
			require.True(t, ok)
			require.Equal(t, policy, named)
		})
	}
	_, ok := ParsePolicy("wait")
	require.False(t, ok)
}

// TestBytes: the cap on bytes counts too, but a large message gets through alone.
func TestBytes(t *testing.T) {
	var q Queue
	q.SetLimits(Limits{Bytes: 10})
	require.Equal(t, Queued, q.Push(make([]byte, 100)))
	require.Equal(t, Full, q.Push([]byte("x")))
	q.Pop()
	require.Equal(t, Queued, q.Push(make([]byte, 6)))
	require.Equal(t, Queued, q.Push(make([]byte, 4)))
	require.Equal(t, Full, q.Push([]byte("x")))
	q.SetLimits(Limits{Bytes: 10, Policy: DropOldest})
	require.Equal(t, Queued, q.Push(make([]byte, 5)))
	require.Equal(t, 9, q.Bytes())
	require.Equal(t, Queued, q.Push(make([]byte, 50)))
	require.Equal(t, 1, q.Len())
	require.Equal(t, uint64(3), q.Dropped())
}

// TestModel drives a queue beside a slice: same order, bounds kept, no memory while empty.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := Limits{
			Messages: rapid.IntRange(1, 9).Draw(t, "messages"), Bytes: rapid.IntRange(1, 40).Draw(t, "bytes"),
			Policy: Policy(rapid.IntRange(0, 3).Draw(t, "policy")),
		}
		var q Queue
		q.SetLimits(limits)
		var model []string
		for i := range rapid.IntRange(1, 60).Draw(t, "steps") {
			if len(model) > 0 && rapid.Bool().Draw(t, "pop") {
				require.Equal(t, model[0], string(q.Pop()))
				model = model[1:]
			} else {
				m := strconv.Itoa(i) + string(make([]byte, rapid.IntRange(0, 12).Draw(t, "size")))
				if q.Push([]byte(m)) == Queued {
					model = append(model, m)
					model = model[len(model)-q.Len():]
				}
			}
			require.Equal(t, model, append(model[:0:0], contents(&q)...))
			require.LessOrEqual(t, q.Len(), limits.Messages)
			require.True(t, q.Len() <= 1 || q.Bytes() <= limits.Bytes)
			if q.Len() == 0 {
				require.Nil(t, q.ring)
				require.Zero(t, q.Bytes())
			}
		}
	})
}
