// SPDX-License-Identifier: BSD-3-Clause

package reporttest

import (
	"reflect"

	"github.com/scientific-python/sallyport/internal/report"
)

// Strings calls set for every string in r, of whatever type, with where it is,
// such as "Dists[].Verified[].Signer"; what set returns takes its place. It
// finds them by reflection, so that a field that is added to a report is in all
// tests that use it.
func Strings(r *report.Report, set func(path, value string) string) {
	walk(reflect.ValueOf(r).Elem(), "", set)
}

func walk(v reflect.Value, path string, set func(path, value string) string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(set(path, v.String()))
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), path+"[]", set)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if path != "" {
				name = path + "." + name
			}
			walk(v.Field(i), name, set)
		}
	}
}

// Full returns a report in which every list has n elements and nothing is said.
func Full(n int) *report.Report {
	r := &report.Report{}
	fill(reflect.ValueOf(r).Elem(), n)
	return r
}

func fill(v reflect.Value, n int) {
	switch v.Kind() {
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(v.Index(i), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	}
}
