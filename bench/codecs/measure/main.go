// Command measure prints what one codec costs for each corpus, as a line of JSON: nanoseconds of processor time that a text takes
// to decode and to encode, whatever else the machine does meanwhile, and what the collector of garbage takes for it.
//
//	measure -codec NAME -corpora FOLDER [-duration D]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tornadogen/tornadogen/runtime/bench/codecs"
)

// Cost is that of one text, in nanoseconds.
type Cost struct {
	Decode float64 `json:"decode"`
	Encode float64 `json:"encode"`
}

func main() {
	name := flag.String("codec", "", "the codec to measure")
	folder := flag.String("corpora", "", "where the corpora are")
	duration := flag.Duration("duration", time.Second, "how long to measure, all together")
	flag.Parse()
	costs, err := measure(*name, *folder, *duration)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(costs)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func measure(name, folder string, duration time.Duration) (map[string]Cost, error) {
	corpora, err := codecs.Corpora(folder)
	if err != nil {
		return nil, err
	}
	each := duration / time.Duration(2*len(corpora))
	costs := map[string]Cost{}
	for _, corpus := range corpora {
		codec, known := corpus.Codecs[name]
		if !known {
			return nil, fmt.Errorf("no codec %q", name)
		}
		value, err := codec.Decode(corpus.Text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", corpus.Name, err)
		}
		var cost Cost
		cost.Decode, err = perCall(each, func() error { _, err := codec.Decode(corpus.Text); return err })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", corpus.Name, err)
		}
		cost.Encode, err = perCall(each, func() error { _, err := codec.Encode(value); return err })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", corpus.Name, err)
		}
		costs[corpus.Name] = cost
	}
	return costs, nil
}

// perCall gives the processor time of the process that a call of fn takes, measured for about as long as duration after a tenth of
// it to get warm.
func perCall(duration time.Duration, fn func() error) (float64, error) {
	runtime.GC()
	calls := 0
	for until := time.Now().Add(duration / 10); calls == 0 || time.Now().Before(until); calls++ {
		if err := fn(); err != nil {
			return 0, err
		}
	}
	calls = max(10*calls, 3)
	before, err := spent()
	if err != nil {
		return 0, err
	}
	for range calls {
		if err := fn(); err != nil {
			return 0, err
		}
	}
	after, err := spent()
	return float64(after-before) / float64(calls), err
}

// spent gives the processor time of the process in nanoseconds.
func spent() (int64, error) {
	var t unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t)
	return t.Nano(), err
}
