package rules

import (
	"fmt"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/internal/english"
)

var unreadableInput = &Rule{
	ID:       "unreadable-input",
	Title:    "an input could not be read",
	Doc:      unreadableInputDoc,
	Severity: analyze.Error,
	Check:    checkUnreadableInput,
}

const unreadableInputDoc = `
What could not be read was not checked: a service in it has no calls, no replicas,
no policies, and what others lack because of it looks like a mistake of theirs.

Fires once for each file with a part that is broken: text that is no YAML, a value
of a type that its format does not allow, an unknown key in weir's own manifest,
a file that could not be opened. The rest of the file and all other files are
read all the same.

    spec:
      replicas: three           # deploy.yaml:7:13: replicas "three" is no number

Stays silent about kinds of objects that weir does not read, and about templates
that nobody rendered: those are recognised, counted, and listed by "--verbose".

**The way out.** Mend the place named. weir ends with exit code 3 until then.
`

func checkUnreadableInput(p *Pass) {
	var files []string
	problems := map[string][]graph.Problem{}
	for _, problem := range p.Graph.Coverage().Problems {
		if problem.Level != graph.Failed {
			continue
		}
		file := problem.Origin.File
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
			}
			if i == 0 {
				f.Detail = "" // the file itself: the same finding whichever comes first
			}
			if i == problemsOfFile-1 && len(rest) > 0 {
				f.Message += fmt.Sprintf(", and %s in this file", english.Count(len(rest), "other problem"))
				for _, problem := range rest {
					f.Origins = append(f.Origins, problem.Origin)
				}
			}
			p.Report(f)
		}
	}
}

// problemsOfFile is how many problems of one file are told in full. Who makes a
// mistake makes it again, and one of another kind is not to hide behind it.
const problemsOfFile = 5
