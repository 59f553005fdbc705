package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var unreadableInput = &Rule{
	ID:       "unreadable-input",
	Title:    "input that cannot be read",
	Doc:      unreadableInputDoc,
	Severity: analyze.Error,
	NoFix:    analyze.InText,
	Check:    checkUnreadableInput,
}

const unreadableInputDoc = `
What cannot be read is not checked: a service in it has no calls, no replicas and no
policies, and findings about its neighbors may be wrong because of that.

Reported once for each file with a broken part: text that is not YAML, a value of a
type that the format does not allow, an unknown key in weir's own manifest, a file
that cannot be opened. The rest of the file and all other files are still read. The same
mistake in several files is one finding.

    spec:
      replicas: three           # deploy.yaml:7:13: replicas "three" is not a number

Not reported: kinds of objects that weir does not read, and templates that have not
been rendered. Those are recognized, counted, and listed by "--verbose".

**Fix.** Correct the input at the place given. weir exits with code 3 until then.
`

func checkUnreadableInput(p *Pass) {
	var files []string
	problems := map[string][]graph.Problem{}
	for _, problem := range p.Graph.Coverage().Problems {
		if problem.Level != graph.Failed {
			continue
		}
		file := problem.Origin.File()
		if len(problems[file]) == 0 {
			files = append(files, file)
		}
		problems[file] = append(problems[file], problem)
	}
	for _, file := range files {
		list := problems[file]
		rest := list[min(len(list), problemsOfFile):]
		for i, problem := range list[:len(list)-len(rest)] {
			f := analyze.Finding{
				Confidence: analyze.Certain, Subject: file, Message: problem.Message, Hint: problem.Hint,
				Origins: []graph.Origin{problem.Origin}, Detail: problem.Message,
				Alike: analyze.Alike{Cause: problem.Message, Says: "files cannot be read: " + problem.Message, Hint: problem.Hint},
			}
			if i == 0 {
				f.Detail = "" // the file itself: the same finding whichever comes first
			}
			if i == problemsOfFile-1 && len(rest) > 0 {
				f.Alike = analyze.Alike{}
				f.Message += fmt.Sprintf(", and %s in this file", english.Count(len(rest), "other problem"))
				for _, problem := range rest {
					f.Origins = append(f.Origins, problem.Origin)
				}
			}
			p.Report(f)
		}
	}
}

// problemsOfFile is how many problems of one file are listed in full. One author
// repeats a mistake, and one of another kind must not be hidden by it.
const problemsOfFile = 5
