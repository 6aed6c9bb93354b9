package pubsub

import "time"

// eventually bounds how long a condition is awaited, and tick is how often it is looked at.
const (
	eventually = 10 * time.Second
	tick       = time.Millisecond
)
