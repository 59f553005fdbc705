package link

import (
	"slices"
	"strconv"
)

// listener returns the root that a program reaches at a port of its own machine.
func (l *linker) listener(program, port int) (root int, ok bool) {
	l.findListeners()
	root, ok = l.listeners[listening{program, port}]
	return root, ok
}

// onMachine returns the root that the programs of a realm reach at a port of the machine that
// runs them.
func (l *linker) onMachine(realm string, port int) (root int, ok bool) {
	l.findListeners()
	root, ok = l.machines[machinePort{realm, port}]
	return root, ok
}

// byHand returns the root that a program without a container reaches at a port of the machine
// that it is started on: the one program that listens there itself, or the one container with
// that port.
func (l *linker) byHand(from, port int) (root int, ok bool) {
	if port == 0 {
		return 0, false
	}
	l.findListeners()
	l.findServers()
	if l.contained[from] {
		return 0, false
	}
	found := -1
	for _, to := range l.byPort[port] {
		if to == from || found >= 0 && found != to {
			return 0, false
		}
		found = to
	}
	return found, found >= 0
}

// findServers finds which roots run in containers, and which listen at the ports of the machine
// that the others are started on.
func (l *linker) findServers() {
	if l.byPort != nil {
		return
	}
	l.byPort, l.contained = map[int][]int{}, map[int]bool{}
	for c := range l.entities {
		if hosting(l.entities[c].ref.Realm) {
			l.contained[l.find(c)] = true
		}
	}
	listens := func(port, root int) {
		if !slices.Contains(l.byPort[port], root) {
			l.byPort[port] = append(l.byPort[port], root)
		}
	}
	for at, root := range l.machines {
		listens(at.port, root)
	}
	for _, s := range l.scopes() {
		for i := range s.values {
			if v := &s.values[i]; relaxed(v.Key) == "serverport" {
				port, err := strconv.Atoi(s.expand(v.Text))
				if root, ok := l.lookup(s.of); ok && err == nil && !l.contained[root] {
					listens(port, root)
				}
			}
		}
	}
}

func (l *linker) findListeners() {
	if l.listeners != nil {
		return
	}
	l.listeners, l.machines = map[listening]int{}, map[machinePort]int{}
	for i := range l.f.Listeners {
		f := &l.f.Listeners[i]
		to, found := l.lookup(f.To.Ref)
		switch at, known := l.lookup(f.Of); {
		case !found:
		case f.Machine:
			l.machines[machinePort{f.Of.Realm, f.Port}] = to
		case known:
			l.listeners[listening{at, f.Port}] = to
		}
	}
}
