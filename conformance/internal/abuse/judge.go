package abuse

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// connecting is what of a processor a connection takes that is made and closed, in requests on one that is there. bench/RESULTS.md has it: what a
// request takes with a connection for each, and without.
const connecting = 2

// requests is how many requests on a connection that is there n good clients cost that come in that way.
func requests(way string, n int) int {
	if way == wayKept {
		return n
	}
	return n * (1 + connecting)
}

// share is what of a processor an honest request took, and a round of the attack.
func (row *Row) share(attack time.Duration, usual, attacked rounds) {
	asked := row.asked
	for _, way := range usual.ways() {
		asked += requests(way, usual.count(way))
	}
	if asked == 0 || row.Rounds == 0 {
		return
	}
	row.Honest = row.honest / time.Duration(asked)
	for _, way := range attacked.ways() {
		attack -= row.Honest * time.Duration(requests(way, attacked.count(way)))
	}
	row.Round = max(0, attack) / time.Duration(row.Rounds)
}

// What Judge demands.
const (
	mostTimes = 3 // the usual p99
	mostCosts = 3 // what the requests cost that a round is like
	fewest    = 100

	mostMemory = 512 << 20 // of the resident set; robustness.md says so
)

// Judge tells what an attack has done to others, from figures that a machine of its own gives: a good client waits at most three times as long
// as usual, what meets no bound costs what it sends, and the server holds at most 512 MiB.
//
// That is fair on a machine with other work, too. The usual p99 is not that of a server which has nothing to do, but of one that eight honest
// clients keep as busy as they can; both are of the same connections to the same process, in turn, so that what slows one slows the other;
// and good clients ask one request after the other, so that a pause of the machine, however long, is one of some thousand, of which the
// slowest hundredth does not count. Where there are not even a hundred, nothing is known of the hundredth, and that is told as well. What locks a good client out is not hidden by that: to be refused, or to wait for 20 s, is a
// fault of its own.
func (row *Row) Judge() (faults []string) {
	for way, w := range row.Waits {
		switch {
		case w.Before < fewest || w.Good < fewest:
			faults = append(faults, fmt.Sprintf("a good client, %s, got %d answers before and %d meanwhile, too few to tell", way, w.Before, w.Good))
		case w.Times() > mostTimes:
			faults = append(faults, fmt.Sprintf("a good client, %s, has waited %s at the 99th percentile, %.1f times the usual %s", way, w.P99, w.Times(), w.Usual))
		}
	}
	for _, err := range []error{row.unseen(), row.unsaid()} {
		if err != nil {
			faults = append(faults, err.Error())
		}
	}
	if most := mostCosts * row.Honest * time.Duration(row.like); row.Bound == "" && row.Round > most {
		faults = append(faults, fmt.Sprintf("a round costs %s of a processor, and not at most %s: it meets no bound, as it costs what it sends", row.Round, most))
	}
	if row.Peak > mostMemory {
		faults = append(faults, fmt.Sprintf("the server held %d bytes, and not at most %d", row.Peak, mostMemory))
	}
	slices.Sort(faults)
	return faults
}

// Waits says what Alone has returned.
func Waits(alone map[string]time.Duration) string {
	const unit = 10 * time.Microsecond
	return fmt.Sprintf("Alone, a good client waits %s on a kept connection, %s on a new one and %s on a new one over TLS at the 99th percentile.\n",
		alone[wayKept].Round(unit), alone[wayNew].Round(unit), alone[waySecure].Round(unit))
}

// Table is the rows as a person reads them.
func Table(rows []*Row) string {
	var b strings.Builder
	b.WriteString("| attack | clients | rounds | what the server does | counted as | a good client | usual p99 | p99 | times | processor | peak of memory |\n")
	b.WriteString("| --- | ---: | ---: | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n")
	within := 0
	for _, r := range rows {
		if len(r.Judge()) == 0 && len(r.Faults) == 0 {
			within++
		}
		counted := fmt.Sprintf("`%s` %d", r.Bound, r.Counted)
		if r.Bound == "" {
			counted = fmt.Sprintf("`%s`, each costs what it sends: %s of a processor a round, that of %.0f requests of an honest client; %d are allowed",
				r.meter(), r.Round.Round(time.Microsecond), float64(r.Round)/float64(r.Honest), mostCosts*r.like)
		}
		way, w := r.worst()
		fmt.Fprintf(&b, "| %s | %d | %d | %s | %s | %s | %s | %s | %.1f | %.0f %% | %d MiB |\n", r.Name, r.clients, r.Rounds, r.Does, counted, way,
			w.Usual.Round(10*time.Microsecond), w.P99.Round(10*time.Microsecond), w.Times(), 100*r.Processor, r.Peak>>20)
	}
	fmt.Fprintf(&b, "\nWithin three times the usual p99, %d MiB, and the processor of what is sent: %d of %d.\n", mostMemory>>20, within, len(rows))
	return b.String()
}

// worst is the way of good clients that waited longest, by the usual.
func (row *Row) worst() (way string, w Wait) {
	for _, each := range slices.Sorted(maps.Keys(row.Waits)) {
		if way == "" || row.Waits[each].Times() > w.Times() {
			way, w = each, row.Waits[each]
		}
	}
	return way, w
}
