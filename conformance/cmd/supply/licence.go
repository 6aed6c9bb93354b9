package main

import (
	"crypto/sha256"
	_ "embed"
	"fmt"
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

// licenceFile and noticeFile match the names of files with licences, and of those that stand beside one, of whom it is and what it grants.
var (
	licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicen[cs]e)([.-].*)?$`)
	noticeFile  = regexp.MustCompile(`(?i)^(notice|patents)([.-].*)?$`)
)

// texts.txt has the sums of texts that were looked through, each with a place where it stands: all that is in them belongs to a known licence,
// or says who has written what. Beside the words that tell a licence may stand any others, so one that is not among them is a fault.
//
//go:embed texts.txt
var texts string

// licenceText is a file with a licence, or a notice.
type licenceText struct {
	path     string // below the folder of its module
	licences []string
	sum      string // of its words, in hexadecimal
}

// textsOf reads the licences and notices of a module in dir: those of the folders that something is compiled of, and of the folders these are
// in, as parts of it may have their own.
func textsOf(dir string, folders []string) (found []licenceText, err error) {
	all := []string{dir}
	for _, folder := range folders {
		for ; strings.HasPrefix(folder, dir+string(filepath.Separator)); folder = filepath.Dir(folder) {
			all = append(all, folder)
		}
	}
	slices.Sort(all)
	for _, folder := range slices.Compact(all) {
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			name := e.Name()
			if !e.Type().IsRegular() || filepath.Ext(name) == ".go" || !licenceFile.MatchString(name) && !noticeFile.MatchString(name) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				return nil, err
			}
			path, err := filepath.Rel(dir, filepath.Join(folder, name))
			if err != nil {
				return nil, err
			}
			words := strings.Join(strings.Fields(string(text)), " ")
			found = append(found, licenceText{filepath.ToSlash(path), licencesIn(words), fmt.Sprintf("%x", sha256.Sum256([]byte(words)))})
		}
	}
	return found, nil
}

// licencesOf are the licences of all texts of a module, sorted.
func licencesOf(texts []licenceText) (all []string) {
	for _, t := range texts {
		all = append(all, t.licences...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// faultsOf tells what stands against a module: a licence that may not be linked, or none, and each text whose sum is not in read.
func faultsOf(m *module, read string) (faults []error) {
	if strange := slices.DeleteFunc(slices.Clone(m.licences), func(l string) bool { return slices.Contains(allowed, l) }); len(m.licences) == 0 || len(strange) > 0 {
		faults = append(faults, fmt.Errorf("%s %s: licences %q", m.Path, m.Version, m.licences))
	}
	for _, t := range m.texts {
		if !strings.Contains(read, t.sum) {
			faults = append(faults, fmt.Errorf("%s %s: %s is not among the texts that were looked through; if it asks for no more than %q, add to texts.txt: %s %s/%s",
				m.Path, m.Version, t.path, t.licences, t.sum, m.Path, t.path))
		}
	}
	return faults
}

// licencesIn tells which licences a text has, between whose words stands one space.
func licencesIn(words string) (found []string) {
	for _, p := range phrases {
		if strings.Contains(words, p.phrase) && !slices.Contains(found, p.licence) &&
			(p.licence != "BSD-2-Clause" || !slices.Contains(found, "BSD-3-Clause")) {
			found = append(found, p.licence)
		}
	}
	return found
}
