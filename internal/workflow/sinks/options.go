// SPDX-License-Identifier: BSD-3-Clause

package sinks

import "strings"

// optionSet says which flags a command has, by spelling.
type optionSet map[string]option

type option struct {
	name   string // the last long spelling without its dashes
	valued bool   // takes an argument
}

// options builds a set from lines such as "-u --username=": the spellings of
// one flag, with "=" at the end where it takes an argument.
func options(lines ...string) optionSet {
	set := optionSet{}
	for _, line := range lines {
		spellings, valued := strings.CutSuffix(line, "=")
		all := strings.Fields(spellings)
		name := strings.TrimLeft(all[len(all)-1], "-")
		for _, s := range all {
			set[s] = option{name: name, valued: valued}
		}
	}
	return set
}

// arguments are a command's words after its flags were told apart.
type arguments struct {
	flags map[string][]value
	rest  []word
}

// last is the value of a flag, the last one where it is given several times.
func (a arguments) last(name string) value {
	v := a.flags[name]
	if len(v) == 0 {
		return value{from: "--" + name}
	}
	return v[len(v)-1]
}

func (a arguments) has(name string) bool { return len(a.flags[name]) > 0 }

// lookup finds a flag by its spelling; a long one may be shortened to what no
// other begins with, as Python's argparse allows.
func (set optionSet) lookup(spelling string) (option, bool) {
	if o, ok := set[spelling]; ok {
		return o, true
	}
	if !strings.HasPrefix(spelling, "--") || len(spelling) < 4 {
		return option{}, false
	}
	var found option
	for s, o := range set {
		if strings.HasPrefix(s, spelling) {
			if found.name != "" && found.name != o.name {
				return option{}, false
			}
			found = o
		}
	}
	return found, found.name != ""
}

// parse tells flags from the rest. An unknown flag takes no argument. With
// stop it ends at the first word that is no flag.
func (set optionSet) parse(c *call, words []word, stop bool) arguments {
	a := arguments{flags: map[string][]value{}}
	add := func(o option, w word, spelling string) {
		v := value{static: true, given: true, from: spelling}
		if o.valued {
			v = c.resolve(w, spelling)
		}
		a.flags[o.name] = append(a.flags[o.name], v)
	}
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case w.text == "--":
			a.rest = append(a.rest, words[i+1:]...)
			return a
		case len(w.text) < 2 || w.text[0] != '-':
			a.rest = append(a.rest, w)
			if stop {
				a.rest = append(a.rest, words[i+1:]...)
				return a
			}
			continue
		}
		spelling, attached, hasAttached := strings.Cut(w.text, "=")
		if o, ok := set.lookup(spelling); ok {
			switch {
			case hasAttached:
				add(o, word{attached, w.static}, spelling)
			case o.valued && i+1 < len(words):
				i++
				add(o, words[i], spelling)
			default:
				add(o, word{static: true}, spelling)
			}
			continue
		}
		if strings.HasPrefix(w.text, "--") {
			continue
		}
		for j := 1; j < len(w.text); j++ { // -sv, -uNAME
			o, ok := set["-"+w.text[j:j+1]]
			if !ok {
				break
			}
			spelling := "-" + w.text[j:j+1]
			if !o.valued {
				add(o, word{static: true}, spelling)
				continue
			}
			if rest := w.text[j+1:]; rest != "" {
				add(o, word{rest, w.static}, spelling)
			} else if i+1 < len(words) {
				i++
				add(o, words[i], spelling)
			}
			break
		}
	}
	return a
}
