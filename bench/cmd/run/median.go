package main

import (
	"fmt"
	"slices"
)

// series gives m of the server called name, round by round, without those in which it is not known. With relativeTo, each figure is divided by that of the other server in
// the same round: the two were measured one soon after the other, so what else the machine did then is in both.
func series(servers map[string][]sample, name string, m metric, relativeTo string) []float64 {
	all := make([]float64, 0, len(servers[name]))
	for round, s := range servers[name] {
		value, known := s[m]
		if !known {
			continue
		}
		if relativeTo != "" {
			if round >= len(servers[relativeTo]) || servers[relativeTo][round][m] == 0 {
				continue
			}
			value /= servers[relativeTo][round][m]
		}
		all = append(all, value)
	}
	return all
}

// median gives the median of all, and whether there is any.
func median(all []float64) (float64, bool) {
	if len(all) == 0 {
		return 0, false
	}
	return quantile(all, 0.5), true
}

// spread gives how far the middle half of all is apart, in percent of the median. A few rounds in which the machine was disturbed say
// nothing in it, as they say nothing in the median.
func spread(all []float64) string {
	middle, ok := median(all)
	if !ok || middle == 0 {
		return missing
	}
	return fmt.Sprintf("%.0f %%", 100*(quantile(all, 0.75)-quantile(all, 0.25))/middle)
}

// quantile gives the value below which the part q of all lies, between two of them by their distance. all is not empty.
func quantile(all []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i == len(sorted)-1 {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
