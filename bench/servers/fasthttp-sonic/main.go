// Command fasthttp-sonic serves the API of the bench with valyala/fasthttp and bytedance/sonic in its default configuration,
// written by hand: its only argument is the address. That configuration does not check that strings are UTF-8.
package main

import (
	"github.com/bytedance/sonic"
	"github.com/valyala/fasthttp"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/fastpets"
)

func main() {
	fastpets.Main(fastpets.Codec{
		Decode: sonic.Unmarshal,
		Encode: func(ctx *fasthttp.RequestCtx, v any) error {
			text, err := sonic.Marshal(v)
			ctx.Response.SetBodyRaw(text)
			return err
		},
	})
}
