// SPDX-License-Identifier: BSD-3-Clause

package shell

import (
	"strings"
)

// power reads a PowerShell command. A statement that begins with a variable,
// a number or a string is an expression and runs nothing, unless the call
// operator stands in front.
func (r *lineReader) power(c ctx, words []Word, tokens []token, called bool) (decides bool) {
	in := r.in
	first := strings.ToLower(words[0].Text)
	if src := tokens[0].src; !called && src != "" && strings.IndexByte("\"'$@", src[0]) >= 0 {
		if src[0] == '$' {
			r.powerAssign(c, words, tokens)
		}
		return false
	}
	switch first {
	case "if", "elseif", "else", "switch", "while", "until", "foreach", "for", "catch", "do":
		r.opens = first != "do" && first != "foreach" && first != "for"
		if len(words) > 1 {
			in.exec(c, words[1:])
		}
		return r.opens
	case "try", "finally", "function", "filter", "param", "process", "begin", "end":
		return false
	case "out-file", "add-content", "set-content", "tee-object":
		r.outFile(c, words)
	}
	if called || first == "." || !strings.HasPrefix(first, "-") && !strings.HasPrefix(first, "[") && strings.Trim(first, "0123456789.=") != "" {
		in.exec(c, words)
	}
	return false
}

// powerAssign reads $name = value and $env:NAME = value, where the value may
// be a command.
func (r *lineReader) powerAssign(c ctx, words []Word, tokens []token) {
	in := r.in
	name, rest := in.m.show(tokens[0].src), words[1:]
	switch {
	case len(rest) > 1 && (rest[0].Text == "=" || rest[0].Text == "+="):
		rest = rest[1:]
	case strings.Contains(name, "="):
		var v string
		name, v, _ = strings.Cut(name, "=")
		rest = append([]Word{in.word(v, words[0].Line)}, rest...)
	default:
		return
	}
	key := r.fold(strings.Trim(name, "${} "))
	v := scalar(join(rest))
	if c.cond {
		v = either(in.st.vars[key], v)
	}
	in.assign(key, v, words[0].Line)
	if i := len(words) - len(rest); i < len(tokens) && tokens[i].op == "" && !tokens[i].raw && strings.Trim(rest[0].Text, "0123456789.") != "" {
		in.exec(c, rest)
	}
}

// outFile notes what a PowerShell command writes.
func (r *lineReader) outFile(c ctx, words []Word) {
	in := r.in
	text, known, path, appended := "", false, Word{}, strings.EqualFold(words[0].Text, "add-content")
	for i := 1; i < len(words); i++ {
		switch flag := strings.ToLower(words[i].Text); {
		case (flag == "-filepath" || flag == "-path" || flag == "-literalpath") && i+1 < len(words):
			i++
			path = words[i]
		case flag == "-value" && i+1 < len(words):
			i++
			text, known = words[i].Text+"\n", true
		case (flag == "-encoding" || flag == "-inputobject" || flag == "-width") && i+1 < len(words):
			i++
		case flag == "-append":
			appended = true
		case strings.HasPrefix(flag, "-"):
		case path.Text == "":
			path = words[i]
		case !known:
			text, known = words[i].Text+"\n", true
		}
	}
	if !known && c.piped != "" && !strings.ContainsAny(c.piped, "$(") {
		text, known = c.piped+"\n", true
	}
	if path.Text != "" && strings.Contains(strings.ToLower(words[0].Text), "-") {
		in.write(path, text, known, appended)
	}
}

// powerRuns reads the PowerShell commands that run others.
func powerRuns(in *interp, c ctx, words []Word) bool {
	args := words[1:]
	switch strings.ToLower(words[0].Text) {
	case "invoke-expression", "iex":
		if len(args) > 0 && strings.EqualFold(args[0].Text, "-command") {
			args = args[1:]
		}
		if len(args) == 0 {
			return false
		}
		in.evaluate(c, "Invoke-Expression", args, words[0].Line)
		return true
	case ".":
		if len(args) > 0 {
			in.runsFile(args[0])
		}
		return false
	case "start-process":
		var inner []Word
		for i := 0; i < len(args); i++ {
			switch flag := strings.ToLower(args[i].Text); {
			case flag == "-filepath" || flag == "-argumentlist":
			case (flag == "-workingdirectory" || flag == "-windowstyle" || flag == "-verb" || strings.HasPrefix(flag, "-redirect")) && i+1 < len(args):
				i++
			case strings.HasPrefix(flag, "-"):
			default:
				for _, f := range strings.FieldsFunc(args[i].Text, func(r rune) bool { return r == ',' || r == ' ' }) {
					inner = append(inner, in.word(f, args[i].Line))
				}
			}
		}
		if len(inner) == 0 {
			return false
		}
		c.via = via(c, "Start-Process")
		in.exec(c, inner)
		return true
	}
	return false
}

// batch reads a command of cmd.
func (r *lineReader) batch(c ctx, words []Word) (decides bool) {
	in := r.in
	words[0].Text = strings.TrimLeft(words[0].Text, "@")
	if words[0].Text == "" {
		words = words[1:]
	}
	if len(words) == 0 || !in.work(len(words)) {
		return false
	}
	args := words[1:]
	switch first := strings.ToLower(words[0].Text); {
	case first == "rem" || strings.HasPrefix(first, ":"):
		return false
	case first == "else":
		r.opens = true
		c.cond = true
		if len(args) > 0 {
			r.batch(c, args)
		}
		return true
	case first == "if":
		for len(args) > 0 && (strings.EqualFold(args[0].Text, "not") || strings.EqualFold(args[0].Text, "/i")) {
			args = args[1:]
		}
		skip := 1
		switch {
		case len(args) == 0:
			return false
		case strings.EqualFold(args[0].Text, "exist") || strings.EqualFold(args[0].Text, "defined") || strings.EqualFold(args[0].Text, "errorlevel"):
			skip = 2
		case len(args) > 2 && !strings.Contains(args[0].Text, "=="):
			skip = 3
		}
		r.opens = true
		c.cond = true
		if len(args) > skip {
			r.batch(c, args[skip:])
		}
		return true
	case first == "do":
		if len(args) > 0 {
			r.batch(c, args)
		}
		return false
	case first == "for":
		for i, w := range args {
			if strings.EqualFold(w.Text, "do") && i+1 < len(args) {
				r.batch(c, args[i+1:])
				break
			}
		}
		return false
	case first == "set":
		if len(args) > 0 {
			if name, text, ok := strings.Cut(join(args), "="); ok && !strings.HasPrefix(name, "/") {
				key := r.fold(name)
				v := scalar(text)
				if c.cond {
					v = either(in.st.vars[key], v)
				}
				in.assign(key, v, words[0].Line)
			}
		}
		return false
	case first == "goto" || first == "setlocal" || first == "endlocal":
		return false
	}
	if last := strings.ToLower(words[0].Text); last == "call" && len(args) > 0 && strings.HasPrefix(args[0].Text, ":") {
		return false
	}
	in.exec(c, words)
	return false
}
