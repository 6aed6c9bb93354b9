//go:build !race && !loopcheck

package loop

// owner checks who calls loop-only methods in race builds and with the tag loopcheck alone.
type owner struct{}

func (*owner) set()    {}
func (*owner) assert() {}
