//go:build race

package abuse

// raced says that the race detector looks on.
const raced = true
