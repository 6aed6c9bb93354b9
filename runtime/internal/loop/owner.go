//go:build !race

package loop

// owner checks who calls loop-only methods in race builds alone.
type owner struct{}

func (*owner) set()    {}
func (*owner) assert() {}
