// SPDX-License-Identifier: BSD-3-Clause

package report

import "strings"

// wayRows writes the publish paths.
func (r *Report) wayRows(d *mdDoc) {
	if len(r.PublishPaths) == 0 {
		return
	}
	graph, note := r.mermaid()
	if graph != "" {
		graph = "\n### Ways to the index\n\n```mermaid\n" + graph + "```\n"
		if note != "" {
			graph += "\n" + mdEntities(note) + "\n"
		}
		if d.b.Len()+len(graph) > d.limit*3/4 { // what was found matters more
			graph = ""
		}
	}
	d.add(graph)
	title := "Ways to the index"
	if graph != "" {
		title = ""
	}
	m := r.marker()
	d.table(title, []string{"", "Where", "Uploader", "Index", "Allowed by"},
		rowsOf(r.PublishPaths, func(p PublishPath) []string {
			_, _, state := m.tree(p)
			where := "job " + mdName(p.Job) + "<br>" + mdCode(place(Finding{File: p.File, Line: p.Line}))
			by := mdText(clip(credentialWords(p.Credential), maxName)) + "<br>"
			if p.Environment != "" {
				by += "environment " + mdName(p.Environment)
			} else {
				by += "no environment"
			}
			return []string{wayMark(p, state), where, mdName(p.uploader()), mdName(indexName(p.Index)), by}
		}))
}

// wayMark says how a publish path came out.
func wayMark(p PublishPath, state markKind) string {
	switch {
	case !p.Reachable:
		return "never runs"
	case state == markError:
		return labelMark("error")
	case state <= markWarning:
		return labelMark("warning")
	}
	return verdictMark(Pass)
}

// uploader is the uploader with what calls it.
func (p *PublishPath) uploader() string {
	if len(p.Via) == 0 {
		return p.Uploader
	}
	return p.Uploader + ", by " + strings.Join(p.Via, " > ")
}

// mdWhere is the job and the lines of a remark.
func mdWhere(g *group, r *remark) string {
	var cells []string
	switch {
	case g.job != "" && (len(r.spots) != 1 || r.spots[0].job == g.job):
		cells = append(cells, "job "+mdName(g.job))
	case len(r.spots) == 1 && r.spots[0].job != "":
		cells = append(cells, "job "+mdName(r.spots[0].job)+whither(g))
	}
	own := *g
	if len(r.spots) == 1 {
		own.job = r.spots[0].job // said already
	}
	if at := r.where(&own); at != "" {
		cells = append(cells, mdCode(at))
	}
	if len(cells) == 0 {
		if g.file != "" {
			return mdName(g.file)
		}
		return wholeRepository
	}
	return strings.Join(cells, ", ")
}

// whither says to which job a build job's files go.
func whither(g *group) string {
	if g.job == "" {
		return ""
	}
	return ", for " + mdName(g.job)
}
