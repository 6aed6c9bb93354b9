package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// totals are what came out of a run.
type totals struct {
	rows []*row
	left *leftOut
}

// row is one file.
type row struct {
	name                  string
	cases, passed, unsent int
}

// judge sends each instance to the operation of its schema and compares the answers with what the suite says.
func judge(address string, files []*file, left *leftOut) (*totals, error) {
	t := &totals{left: left}
	for _, f := range files {
		r := &row{name: f.name()}
		t.rows = append(t.rows, r)
		for i, g := range f.groups {
			for _, one := range g.Tests {
				if left.has(f.name(), g.Description, one.Description) {
					r.unsent++
					continue
				}
				r.cases++
				status, body, err := send(fmt.Sprintf("http://%s/%s/%d", address, f.pkg(), i), one.Data)
				if err != nil {
					return nil, err
				}
				if status == expected(one.Valid) || !one.Valid && status == http.StatusBadRequest {
					r.passed++
					continue
				}
				fmt.Printf("%s (%d) | %s | %s: valid is %t, the answer %d\n\tschema   %s\n\tinstance %s\n\tanswer   %s\n",
					f.name(), i, g.Description, one.Description, one.Valid, status, compact(g.Schema), compact(one.Data), body)
			}
		}
	}
	return t, nil
}

// expected is the status of an instance: an operation without a handler answers 501 once the body is read and checked.
func expected(valid bool) int {
	if valid {
		return http.StatusNotImplemented
	}
	return http.StatusUnprocessableEntity
}

func send(url string, instance []byte) (status int, body []byte, err error) {
	response, err := http.Post(url, "application/json", bytes.NewReader(instance))
	if err != nil {
		return 0, nil, err
	}
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, body, errors.Join(err, response.Body.Close())
}

func compact(text []byte) string { return string(bytes.Join(bytes.Fields(text), []byte(" "))) }

// report prints a line for each file and the totals. whole tells that all files were run, so that an entry of what is left out that
// nothing matched is an error.
func (t *totals) report(whole bool) error {
	var all row
	for _, r := range t.rows {
		all.cases, all.passed, all.unsent = all.cases+r.cases, all.passed+r.passed, all.unsent+r.unsent
		note := ""
		if r.passed < r.cases {
			note = fmt.Sprintf("  %d FAILED", r.cases-r.passed)
		}
		fmt.Printf("%-40s %4d of %4d, %d left out%s\n", r.name, r.passed, r.cases, r.unsent, note)
	}
	fmt.Printf("%d of %d cases are as the suite says, %d are left out\n", all.passed, all.cases, all.unsent)
	if unused := t.left.unused(); whole && len(unused) > 0 {
		return fmt.Errorf("left out, and not in the suite: %q", unused)
	}
	if all.passed < all.cases {
		return fmt.Errorf("%d cases are not as the suite says", all.cases-all.passed)
	}
	return nil
}
