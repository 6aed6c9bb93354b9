package jsonwire

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Names of every length stand at every distance from the end of the text, and differ from a key in one byte.
func TestMembersAreFoundByTheirWholeNames(t *testing.T) {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQR"
	for n := range len(letters) {
		name := letters[:n]
		k := NewKeys(name)
		for _, rest := range []string{"7}", "7 }", "7,\"other\":1}", "7,\"a name that is long\":1}"} {
			find := func(name string) int {
				var d Decoder
				d.Reset([]byte(`{"` + name + `":` + rest))
				i := d.Object(k)
				if i != EndObject {
					assert.Equal(t, name, d.Key())
					assert.Equal(t, int64(7), d.Int64(nil))
					assert.Equal(t, EndObject, d.Next(k, i))
				}
				assert.False(t, d.Failed())
				return i
			}
			assert.Equal(t, 0, find(name), name)
			for at := range n {
				assert.Equal(t, EndObject, find(name[:at]+"_"+name[at+1:]), "%s, byte %d", name, at)
			}
			assert.Equal(t, EndObject, find(name+"_"), name)
		}
	}
}

func TestMembersBeyondTheEndAreNotFound(t *testing.T) {
	const text = `{"identity":1,"id":2,"name":3}`
	k := NewKeys("identity", "id", "name")
	for n := range len(text) {
		var d Decoder
		d.Reset([]byte(text)[:n:n])
		for i := d.Object(k); i != EndObject; i = d.Next(k, i) {
			d.Int64(nil)
		}
		assert.True(t, d.Failed(), text[:n])
	}
}

func TestMembersAreFoundBehindUnknownAndReadOnlyOnes(t *testing.T) {
	k := NewKeys("id", "made", "name", "tag").ReadOnly("id", "made")
	d := Decoder{Request: true}
	d.Reset([]byte(`{"id":1,"x":0,"made":2,"y":0,"made":3,"name":4,"z":[0],"tag":5,"id":6}`))
	var found []int
	for i := d.Object(k); i != EndObject; i = d.Next(k, i) {
		found = append(found, i, int(d.Int64(nil)))
	}
	assert.Equal(t, []int{2, 4, 3, 5}, found)
	assert.False(t, d.Failed())
}

func TestSkipLinesIsSkipSpace(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	pieces := []string{" ", "\n", "\r\n", "\t", "\n        ", "\n                 ", "\n\t\t", "    ", "\v", "\x00", "x"}
	for range 20_000 {
		text := "x"
		for range rnd.IntN(5) {
			text += pieces[rnd.IntN(len(pieces))]
		}
		text += "y" + strings.Repeat(" ", rnd.IntN(20))
		for n := 1; n <= len(text); n++ {
			data := []byte(text)[:n:n]
			if skipLines(data, 1) != skipSpace(data, 1) {
				t.Fatalf("%q", data)
			}
		}
	}
}
