package poll

import (
	"os"
	"strconv"
	"strings"
)

// mostQueued is how many connections a listening socket can hold that wait to be accepted.
func mostQueued() int {
	text, err := os.ReadFile("/proc/sys/net/core/somaxconn")
	if err != nil {
		return Backlog
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return Backlog
	}
	return min(n+1, Backlog) // one more than it says
}
