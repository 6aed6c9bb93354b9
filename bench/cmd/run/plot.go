package main

import (
	"errors"
	"image/color"
	"os"
	"path/filepath"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	_ "gonum.org/v1/plot/vg/vgsvg" // the format that is written

	"github.com/tornadogen/tornadogen/runtime/bench/codecs"
)

// drawn are the metrics that a plot shows, the first of them that was measured, with their unit.
var drawn = []struct {
	metric metric
	unit   string
}{
	{cpu, "µs of CPU a request"},
	{residentBytes, "resident bytes a connection"},
	{databaseP99, "µs until the database has answered, p99"},
	{messageRatio, "CPU a message, × write(2)"},
	{decodeMean, "µs a text, geometric mean of all"},
}

const (
	plotWidth           = 18 * vg.Centimeter
	barHeight vg.Length = 22 // points, as barWidth is
	barWidth  vg.Length = 14
)

// The colours of the plots: the project's own servers, the limits, and the peers.
var (
	ownColour   = color.RGBA{R: 0x1b, G: 0x6a, B: 0xc9, A: 0xff}
	limitColour = color.RGBA{R: 0xb0, G: 0xb0, B: 0xb0, A: 0xff}
	peerColour  = color.RGBA{R: 0xe0, G: 0x8a, B: 0x2e, A: 0xff}
)

// drawAll draws a plot for each workload that was measured into dir, as NAME.svg.
func drawAll(dir string, cfg *config, all results) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var errs []error
	for _, w := range cfg.set.workloads {
		if servers, measured := all[w.name]; measured {
			errs = append(errs, draw(filepath.Join(dir, w.name+".svg"), w, servers))
		}
	}
	return errors.Join(errs...)
}

// draw draws a bar for each server: the median over the rounds, and what the middle half of them spans.
func draw(file string, w workload, servers map[string][]sample) error {
	p := plot.New()
	p.Title.Text = w.title
	p.X.Min = 0
	var names []string
	for _, name := range slices.Backward(allServers) {
		if len(servers[name]) > 0 {
			names = append(names, name)
		}
	}
	for _, d := range drawn {
		if d.metric == decodeMean && w.name == "json-encode" {
			d.metric = encodeMean
		}
		if _, measured := servers[names[0]][0][d.metric]; !measured {
			continue
		}
		p.X.Label.Text = d.unit
		for i, name := range names {
			if err := addBar(p, i, name, series(servers, name, d.metric, "")); err != nil {
				return err
			}
		}
		break
	}
	p.X.Max *= 1.03
	p.NominalY(names...)
	return p.Save(plotWidth, barHeight*vg.Length(len(names)+3), file)
}

func addBar(p *plot.Plot, at int, name string, all []float64) error {
	middle := quantile(all, 0.5)
	bar, err := plotter.NewBarChart(plotter.Values{middle}, barWidth)
	if err != nil {
		return err
	}
	bar.Horizontal, bar.XMin, bar.LineStyle.Width = true, float64(at), 0
	switch {
	case isLimit(name):
		bar.Color = limitColour
	case slices.Contains(peers, name) || isCodec(name) && name != codecs.Names[0]:
		bar.Color = peerColour
	default:
		bar.Color = ownColour
	}
	low, high := quantile(all, 0.25), quantile(all, 0.75)
	whisker, err := plotter.NewXErrorBars(struct {
		plotter.XYs
		plotter.XErrors
	}{plotter.XYs{{X: middle, Y: float64(at)}}, plotter.XErrors{{Low: middle - low, High: high - middle}}})
	if err != nil {
		return err
	}
	p.Add(bar, whisker)
	return nil
}
