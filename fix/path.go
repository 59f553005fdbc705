package fix

import "strings"

// A step is one step of a path into a document.
type step struct {
	key  string
	each bool // every entry of a list, or the one at the place of the change
	add  bool // a new entry at the end of a list
}

// parsePath reads a path as remediations write it: names with dots or colons in between, [] for
// every entry of a list, [+] for a new one, [key] for a key with dots.
func parsePath(path string) []step {
	var steps []step
	for path != "" {
		switch path[0] {
		case '.', ':':
			path = path[1:]
		case '[':
			key, rest, _ := strings.Cut(path[1:], "]")
			switch key {
			case "":
				steps = append(steps, step{each: true})
			case "+":
				steps = append(steps, step{add: true})
			default:
				steps = append(steps, step{key: key})
			}
			path = rest
		default:
			end := strings.IndexAny(path, ".:[")
			if end < 0 {
				end = len(path)
			}
			steps = append(steps, step{key: path[:end]})
			path = path[end:]
		}
	}
	return steps
}

// lastKey is the last name of a path.
func lastKey(path string) string {
	steps := parsePath(path)
	return steps[len(steps)-1].key
}
