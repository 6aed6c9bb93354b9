package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// allowed are the licences of what may be linked: those that ask for their text or nothing, and MPL, which asks for the source of its own files.
var allowed = []string{"Unlicense", "Apache-2.0", "MIT", "BSD-3-Clause", "BSD-2-Clause", "ISC", "MPL-2.0"}

// phrases tell licences apart. Of those of a licence, and of BSD-2-Clause behind BSD-3-Clause, which has its words, the first that fits counts.
var phrases = []struct{ licence, phrase string }{
	{"GPL", "GNU GENERAL PUBLIC LICENSE"},
	{"GPL", "GNU LESSER GENERAL PUBLIC LICENSE"},
	{"GPL", "GNU AFFERO GENERAL PUBLIC LICENSE"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License, version 2.0"},
	{"Apache-2.0", "Apache License Version 2.0"},
	{"Apache-2.0", "under the Apache License, Version 2.0"},
	{"BSD-3-Clause", "may be used to endorse or promote products derived from"},
	{"BSD-2-Clause", "Redistributions in binary form must reproduce"},
	{"Unlicense", "This is free and unencumbered software released into the public domain."},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"},
	{"ISC", "Permission to use, copy, modify, and distribute this software for any purpose with or without fee"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"},
}

// licenceFile matches the names of files with licences.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)([.-].*)?$`)

// licencesOf reads the licences of the module in dir, sorted: all that its files have, as parts of it may have their own.
func licencesOf(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, e := range entries {
		if !e.Type().IsRegular() || !licenceFile.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		found = append(found, licencesIn(string(text))...)
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// licencesIn tells which licences a text has.
func licencesIn(text string) (found []string) {
	words := strings.Join(strings.Fields(text), " ")
	for _, p := range phrases {
		if strings.Contains(words, p.phrase) && !slices.Contains(found, p.licence) &&
			(p.licence != "BSD-2-Clause" || !slices.Contains(found, "BSD-3-Clause")) {
			found = append(found, p.licence)
		}
	}
	return found
}
