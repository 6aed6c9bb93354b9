package extra

import (
	"fmt"
	"os"
	"strconv"
)

const (
	// RequestVariable names the variable that holds how many bytes a request has, for the servers that only count them.
	RequestVariable = "BENCH_REQUEST"
	// AnswerVariable names the variable that holds the file with the answer of those servers, head and body.
	AnswerVariable = "BENCH_ANSWER"
	// CloseVariable names the variable that, when it holds anything, makes those servers close a connection that they have
	// answered.
	CloseVariable = "BENCH_CLOSE"
)

// Fixed is what a server does that does not look at requests. It is immutable.
type Fixed struct {
	RequestSize int
	Answer      []byte
	Close       bool
}

// ReadFixed reads the environment. It refuses one that does not say what a request is and what answers it.
func ReadFixed() (*Fixed, error) {
	size, err := strconv.Atoi(os.Getenv(RequestVariable))
	if err != nil || size < 1 {
		return nil, fmt.Errorf("%s: want the size of a request in bytes", RequestVariable)
	}
	answer, err := os.ReadFile(os.Getenv(AnswerVariable))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", AnswerVariable, err)
	}
	return &Fixed{RequestSize: size, Answer: answer, Close: os.Getenv(CloseVariable) != ""}, nil
}
