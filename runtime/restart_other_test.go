//go:build !unix

package tornado

// serverProcess is what TestMain calls in the processes that the tests of restarts start; here there are none.
func serverProcess(string) {}
