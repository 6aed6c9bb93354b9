package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/tornadogen/tornadogen/runtime/bench/codecs"
)

// corpusNames are the texts that codecs are measured with.
var corpusNames = []string{"pet", "order", "twitter", "canada", "citm_catalog"}

func isCodec(name string) bool { return slices.Contains(codecs.Names, name) }

// decodes and encodes are the processor time that a codec takes for a text, in nanoseconds.
func decodes(corpus string) metric { return metric("decode " + corpus) }
func encodes(corpus string) metric { return metric("encode " + corpus) }

// The geometric mean of a codec's time over all texts, relative to what a thousand nanoseconds are: for plots.
const (
	decodeMean metric = "decode, mean"
	encodeMean metric = "encode, mean"
)

var codecWorkloads = []workload{
	{
		name: "json-decode", rounds: 3, title: "Reading JSON", servers: codecs.Names, measure: measureCodec, columns: codecColumns(decodes),
		note: "Processor time in µs, and relative to jx. jsonwire, the runtime's codec, checks every limit of a document meanwhile; the others check none.",
	},
	{
		name: "json-encode", rounds: 3, title: "Writing JSON", servers: codecs.Names, measure: measureCodec, columns: codecColumns(encodes),
		note: "The same for writing what was read.",
	},
}

func codecColumns(of func(string) metric) []column {
	var columns []column
	for _, corpus := range corpusNames {
		columns = append(columns,
			column{title: corpus, metric: of(corpus), scale: 1e-3, decimals: 2},
			column{title: "× jx", metric: of(corpus), relativeTo: "jx", decimals: 2})
	}
	return columns
}

// codecTargets hold each text against jx.
func codecTargets() []target {
	var all []target
	for _, corpus := range corpusNames {
		all = append(all, target{text: "JSON decode with validation, " + corpus + ": × jx", workload: "json-decode", server: "jsonwire", metric: decodes(corpus), relativeTo: "jx", limit: 0.80})
	}
	for _, corpus := range corpusNames {
		all = append(all, target{text: "JSON encode, " + corpus + ": × jx", workload: "json-encode", server: "jsonwire", metric: encodes(corpus), relativeTo: "jx", limit: 0.80})
	}
	return all
}

// measureCodec measures the codec called name, in a process of its own on the core of the servers.
func measureCodec(ctx context.Context, r *runner, name string) (sample, error) {
	ctx, cancel := context.WithTimeout(ctx, r.duration+time.Minute)
	defer cancel()
	cmd := command(ctx, r.serverCore, r.progress, r.binary("measure"), "-codec", name, "-corpora", r.corpora, "-duration", r.duration.String())
	cmd.Env = append(cmd.Environ(), "GOMAXPROCS=1")
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var costs map[string]struct{ Decode, Encode float64 }
	if err := json.Unmarshal(out, &costs); err != nil {
		return nil, fmt.Errorf("measure printed %q: %w", out, err)
	}
	got := sample{}
	var decode, encode float64
	for _, corpus := range corpusNames {
		cost, measured := costs[corpus]
		if !measured {
			return nil, fmt.Errorf("measure printed nothing of %s: %q", corpus, out)
		}
		got[decodes(corpus)], got[encodes(corpus)] = cost.Decode, cost.Encode
		decode += math.Log(cost.Decode / 1e3)
		encode += math.Log(cost.Encode / 1e3)
	}
	got[decodeMean] = math.Exp(decode / float64(len(corpusNames)))
	got[encodeMean] = math.Exp(encode / float64(len(corpusNames)))
	return got, nil
}
