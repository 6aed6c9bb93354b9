//go:build race || loopcheck

package loop

const raceEnabled = true
