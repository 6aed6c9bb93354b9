// Command fasthttp serves the API of the bench with valyala/fasthttp and encoding/json, written by hand: its only argument
// is the address.
package main

import (
	"encoding/json"

	"github.com/valyala/fasthttp"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/fastpets"
)

func main() {
	fastpets.Main(fastpets.Codec{
		Decode: json.Unmarshal,
		Encode: func(ctx *fasthttp.RequestCtx, v any) error { return json.NewEncoder(ctx).Encode(v) },
	})
}
