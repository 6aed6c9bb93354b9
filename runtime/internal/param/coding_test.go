package param

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAcceptsCoding(t *testing.T) {
	offered := []string{"zstd", "br", "gzip"}
	for field, want := range map[string]int{
		"": -1, "gzip": 2, "gzip, br": 1, "GZIP": 2, "x-gzip": 2, "X-GZip;q=0.5": 2, "*": 0, "*;q=0": -1, "zstd;q=0, *": 1, "deflate": -1,
		"gzip;q=1, br;q=0.5": 2, "br;q=0, gzip;q=0.1": 2, "gzip; Q=0.8 , br;q=0.9": 1, "gzip;q=0.5, identity": -1, "gzip, identity;q=0.5": 2,
		"gzip, identity": 2, "identity;q=0, *;q=0.1": 0, "identity": -1, "gzip;q=x, br;q=0.1": 1, "gzip;q=2": -1, "gzip;q=": -1, "br;a=b;q=0": -1, ",, gzip": 2,
		"x-br": -1, "x-": -1,
	} {
		assert.Equal(t, want, AcceptsCoding([]byte(field), offered), field)
	}
	assert.Equal(t, -1, AcceptsCoding([]byte("*"), nil))
	accept := []byte("gzip, deflate, br, zstd")
	assert.Zero(t, testing.AllocsPerRun(10, func() { AcceptsCoding(accept, offered) }))
}
