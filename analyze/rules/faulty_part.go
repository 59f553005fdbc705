package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgraph/weir/analyze"
	"github.com/weirgraph/weir/policy"
)

// firstFaultyLayer returns a layer that bad is true for, the first in order of parts and
// layers, and false if there is none.
func firstFaultyLayer(parts []analyze.Part, layers func(*analyze.Part) []*policy.Effect, bad func(*analyze.Part, *policy.Effect) bool) (faultyLayer, bool) {
	found, named := matchingParts(parts, func(part *analyze.Part) bool {
		return slices.ContainsFunc(layers(part), func(l *policy.Effect) bool { return bad(part, l) })
	})
	if len(found) == 0 {
		return faultyLayer{}, false
	}
	list := layers(found[0])
	i := slices.IndexFunc(list, func(l *policy.Effect) bool { return bad(found[0], l) })
	return faultyLayer{found[0], list[i], named}, true
}

// worstFaultyLayer is firstFaultyLayer for the most severe of the layers that bad is true for.
func worstFaultyLayer(parts []analyze.Part, layers func(*analyze.Part) []*policy.Effect, bad func(*analyze.Part, *policy.Effect) bool, severity func(*policy.Effect) analyze.Severity) (faultyLayer, bool) {
	worst := analyze.Info
	for i := range parts {
		for _, l := range layers(&parts[i]) {
			if bad(&parts[i], l) {
				worst = max(worst, severity(l))
			}
		}
	}
	return firstFaultyLayer(parts, layers, func(part *analyze.Part, l *policy.Effect) bool { return bad(part, l) && severity(l) == worst })
}

// routeNames are the names of parts of a call, nil if they are all its parts.
type routeNames []string

// String is what a message says of them, " for "GET /a" and "GET /b"", of many the first and their number.
func (n routeNames) String() string {
	if n == nil {
		return ""
	}
	return " for " + routesText(n)
}

// matchingParts returns the parts of a call that bad is true for, and their names.
func matchingParts(parts []analyze.Part, bad func(*analyze.Part) bool) (found []*analyze.Part, named routeNames) {
	var matches routeNames
	for i := range parts {
		if !bad(&parts[i]) {
			continue
		}
		found = append(found, &parts[i])
		if parts[i].Match == "" {
			matches = append(matches, "all other requests")
		} else {
			matches = append(matches, strconv.Quote(parts[i].Match))
		}
	}
	if len(found) == len(parts) || len(found) == 0 {
		return found, nil
	}
	return found, matches
}

// manyRoutes is from how many parts of a call on a message has their number.
const manyRoutes = 4

// routesText writes the parts of a call, of many the first and their number.
func routesText(matches []string) string {
	if len(matches) < manyRoutes {
		return strings.Join(matches, " and ")
	}
	return fmt.Sprintf("%d routes, from %s on", len(matches), matches[0])
}

// faultyLayer is a layer of a part that a rule reports.
type faultyLayer struct {
	part  *analyze.Part
	layer *policy.Effect
	named routeNames // the parts of the call
}
