//go:build !race && !loopcheck

package worker

const raceEnabled = false
