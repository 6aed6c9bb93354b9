import { ceiling, chart, draw, span, spanOf } from "./chart.js"

const find = (id) => document.getElementById(id)

// node makes an element: node("td", { class: "x" }, "text", child).
const node = (name, attributes = {}, ...children) => {
	const element = document.createElement(name)
	for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
	element.append(...children)
	return element
}

// Figures

const formats = [0, 1, 2].map((digits) => new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }))
const none = "–"
const whole = (n) => (n === null || n === undefined ? none : formats[0].format(n))
const measured = (n) => (n === null || n === undefined ? none : formats[n >= 100 || n === 0 ? 0 : n >= 10 ? 1 : 2].format(n))
const perSecond = (n) => (n === null || n === undefined ? none : formats[n >= 100 || n === 0 ? 0 : 1].format(n))
const duration = (ms) => {
	const s = Math.floor(ms / 1000)
	if (s < 60) return `${s} s`
	if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`
	if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`
	return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`
}
const write = (element, text) => {
	if (element.textContent !== text) element.textContent = text
}

// What has come

let samples = [] // the latest last, as far as the charts reach
let began = 0 // of the server that they are of
let every = 1000
const latest = () => samples.at(-1)
const gap = () => 2.5 * every
const sum = (list, key) => list.reduce((all, one) => all + (one[key] ?? 0), 0)
const most = (list, key) => list.reduce((all, one) => (one[key] === null ? all : Math.max(all ?? 0, one[key])), null)

// keyed makes the children of a parent those of a list, each known by its key, and made once.
const keyed = (parent, list, keyOf, create, update) => {
	const former = parent.known ?? new Map()
	const known = new Map()
	list.forEach((one, i) => {
		const key = keyOf(one)
		const child = former.get(key) ?? create(one)
		known.set(key, child)
		update(child, one)
		if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null)
	})
	for (const [key, child] of former) if (!known.has(key)) child.remove()
	parent.known = known
}

// The server as a whole

const facts = [
	["Up", (s) => duration(s.at - began)],
	["Connections", (s) => whole(s.connections.open), true],
	["idle", (s) => whole(s.connections.idle), true],
	["busy", (s) => whole(s.connections.busy), true],
	["waiting", (s) => whole(s.connections.waiting), true],
	["sockets", (s) => whole(s.connections.sockets), true],
	["HTTP/2", (s) => whole(s.connections.http2), true],
	["TLS", (s) => whole(s.connections.tls), true],
	["Goroutines", (s) => whole(s.goroutines)],
	["Heap, MiB", (s) => measured(s.heap / 2 ** 20)],
].map(([name, value, ofLoops]) => {
	const dd = node("dd", {}, none)
	find("facts").append(node("div", ofLoops ? { class: "of-loops" } : {}, node("dt", {}, name), dd))
	return { dd, value }
})

const charts = [
	{ title: "Requests", unit: "a second", least: 10, format: perSecond, lines: [["", (s) => s.requests]] },
	{ title: "Connections", unit: "open", ofLoops: true, least: 10, format: whole, lines: [["", (s) => s.connections.open], ["busy", (s) => s.connections.busy]] },
	{
		title: "Ready to worker", unit: "µs, slowest loop", ofLoops: true, least: 100, format: measured,
		lines: [["median", (s) => most(s.loops, "wait")], ["99 %", (s) => most(s.loops, "wait99")]],
	},
	{ title: "Workers", unit: "goroutines", ofLoops: true, least: 4, format: whole, lines: [["", (s) => sum(s.loops, "workers")], ["running", (s) => sum(s.loops, "running")]] },
].map((one) => {
	const drawn = chart(one.lines.length)
	const figures = one.lines.map(([name], i) => {
		const value = node("span", { class: "figure" }, none)
		return { value, all: node("span", { class: `key key-${i + 1}` }, value, name && " " + name) }
	})
	const [top, from] = [node("span", { class: "top" }), node("span", {})]
	find("charts").append(
		node("figure", one.ofLoops ? { class: "of-loops" } : {},
			node("figcaption", {}, node("span", { class: "title" }, one.title, " ", node("span", { class: "unit" }, one.unit)), node("span", { class: "keys" }, ...figures.map((f) => f.all))),
			node("div", { class: "plot" }, top, drawn.svg),
			node("div", { class: "axis", "aria-hidden": "true" }, from, node("span", { class: "until" }, "now")),
		),
	)
	return { ...one, drawn, figures, top, from }
})

const showServer = (s) => {
	for (const { dd, value } of facts) write(dd, value(s))
	const times = samples.map((one) => one.at)
	for (const c of charts) {
		const series = c.lines.map(([, value]) => samples.map(value))
		const top = ceiling(series.flat(), c.least)
		draw(c.drawn, times, series, top, gap())
		write(c.top, whole(top))
		write(c.from, duration(spanOf(times)).replace(" 0 s", "") + " ago")
		c.figures.forEach((f, i) => write(f.value, c.format(c.lines[i][1](s))))
	}
}

// Tables. On a phone their rows are blocks, so roles say what they are.

const heading = (column, attributes = {}) => {
	const words = [node("span", { class: "title" }, column.title), column.unit && node("span", { class: "unit" }, column.unit)].filter(Boolean)
	return node("th", { scope: "col", role: "columnheader", ...(column.text ? {} : { class: "number" }), ...attributes }, ...words)
}
const cell = (column, ...children) => {
	const label = column.label ?? (column.unit ? `${column.title}, ${column.unit}` : column.title)
	return node("td", { role: "cell", "data-label": label, ...(column.text ? { class: "text" } : { class: "number" }) }, ...children)
}
const shown = (name, list) => {
	find(name).hidden = list.length === 0
	find(name + "-empty").hidden = list.length > 0
}
for (const table of document.querySelectorAll("table")) {
	table.setAttribute("role", "table")
	for (const part of table.querySelectorAll("thead, tbody")) part.setAttribute("role", "rowgroup")
}

// Loops

const loopColumns = [
	{ title: "Connections", unit: "open", least: 5, format: whole, lines: ["connections"] },
	{ title: "Requests", unit: "a second", least: 10, format: perSecond, lines: ["requests"] },
	{ title: "Events", unit: "a batch", least: 2, format: measured, lines: ["batch"] },
	{ title: "Ready to worker", unit: "µs, median / 99 %", least: 100, format: measured, lines: ["wait", "wait99"] },
	{ title: "Workers", unit: "all / running", least: 4, format: whole, lines: ["workers", "running"] },
	{ title: "Queued", unit: "bytes", least: 1000, format: whole, lines: ["queued"] },
]
const loopTops = loopColumns.map(() => node("span", { class: "scale" }, ""))
find("loops").tHead.append(
	node("tr", { role: "row" }, heading({ title: "Loop", text: true }), ...loopColumns.map((column, i) => {
		const th = heading(column)
		th.append(loopTops[i])
		return th
	})),
)

const showLoops = (s) => {
	shown("loops", s.loops)
	document.body.classList.toggle("no-loops", s.loops.length === 0)
	write(find("loops-empty"), "There are none: net/http serves.")
	const tops = loopColumns.map((column) => ceiling(samples.flatMap((one) => one.loops.flatMap((l) => column.lines.map((key) => l[key]))), column.least))
	tops.forEach((top, i) => write(loopTops[i], "to " + whole(top)))
	const create = (l) => {
		const row = node("tr", { role: "row" }, node("th", { scope: "row", role: "rowheader" }, `Loop ${l.id}`))
		row.parts = loopColumns.map((column) => {
			const drawn = chart(column.lines.length)
			const value = node("span", { class: "figure" }, none)
			row.append(cell(column, value, drawn.svg))
			return { drawn, value }
		})
		return row
	}
	keyed(find("loops").tBodies[0], s.loops, (l) => l.id, create, (row, l) => {
		const past = samples.map((one) => ({ at: one.at, ...one.loops.find((other) => other.id === l.id) }))
		const times = past.map((one) => one.at)
		loopColumns.forEach((column, i) => {
			const { drawn, value } = row.parts[i]
			write(value, column.lines.map((key) => column.format(l[key])).join(" / "))
			draw(drawn, times, column.lines.map((key) => past.map((one) => one[key])), tops[i], gap())
		})
	})
}

// Operations

const operationColumns = [
	{ title: "Operation", key: "id", text: true },
	{ title: "Kind", key: "kind", text: true },
	{ title: "Rate", unit: "requests a second", label: "Rate, 1/s", key: "rate", format: perSecond, trend: true },
	{ title: "50 %", unit: "ms", key: "p50", format: measured },
	{ title: "90 %", unit: "ms", key: "p90", format: measured },
	{ title: "99 %", unit: "ms", key: "p99", format: measured },
	{ title: "4xx", unit: "a minute", label: "4xx", key: "refused", format: whole },
	{ title: "5xx", unit: "a minute", label: "5xx", key: "failed", format: whole },
	{ title: "Gone", unit: "clients a minute", label: "Gone", key: "gone", format: whole },
	{ title: "Running", unit: "handlers", label: "Running", key: "running", format: whole },
	{ title: "Open", unit: "streams, sockets, waiting", label: "Open", key: "open", format: whole },
	{ title: "Queued", unit: "bytes", label: "Queued, B", key: "queued", format: whole },
	{ title: "Total", unit: "requests", label: "Total", key: "total", format: whole },
]
const order = { key: "rate", down: true }
const operationKey = (o) => [o.api, o.method, o.path, o.id].join(" ")

const arrange = () => {
	for (const { column, th } of sortable) th.setAttribute("aria-sort", column.key !== order.key ? "none" : order.down ? "descending" : "ascending")
}
const sortable = operationColumns.map((column) => {
	const button = node("button", { type: "button" })
	const th = heading(column)
	button.append(...th.childNodes)
	th.append(button)
	button.addEventListener("click", () => {
		order.down = order.key === column.key ? !order.down : !column.text
		order.key = column.key
		arrange()
		if (latest()) showOperations(latest())
	})
	return { column, th }
})
find("operations").tHead.append(node("tr", { role: "row" }, ...sortable.map(({ th }) => th)))
arrange()

const compare = (a, b) => {
	const [x, y] = [a[order.key] ?? -1, b[order.key] ?? -1]
	const up = typeof x === "string" ? x.localeCompare(y) : x - y
	return (order.down ? -up : up) || b.total - a.total
}

const createOperation = (o) => {
	const row = node("tr", { role: "row", "data-operation": o.id })
	const route = o.path ? node("span", { class: "route" }, node("b", {}, o.method), " ", o.path) : node("span", { class: "route" }, "mounted handlers, unknown paths")
	row.append(node("th", { scope: "row", role: "rowheader" }, node("span", { class: "name" }, o.id || "no operation"), route))
	row.append(cell(operationColumns[1], node("span", { class: "kind kind-" + o.kind }, o.kind === "none" ? none : o.kind)))
	row.values = operationColumns.slice(2).map((column) => {
		const value = node("span", { class: "figure" }, none)
		const td = cell(column, value)
		if (column.trend) td.append((row.trend = chart()).svg)
		row.append(td)
		return { column, value, td }
	})
	return row
}

const showOperations = (s) => {
	shown("operations", s.operations)
	const rest = find("operations-rest")
	const words = []
	if (s.quiet) words.push(`${whole(s.quiet)} quieter ones are left out.`)
	if (s.silent) words.push(`${whole(s.silent)} more ${s.silent === 1 ? "was" : "were"} not called since this page is watched.`)
	rest.hidden = words.length === 0 || s.operations.length === 0
	write(rest, words.join(" "))
	const times = samples.map((one) => one.at)
	const past = samples.map((one) => (one.byKey ??= new Map(one.operations.map((o) => [operationKey(o), o]))))
	keyed(find("operations").tBodies[0], [...s.operations].sort(compare), operationKey, createOperation, (row, o) => {
		const key = operationKey(o)
		for (const { column, value, td } of row.values) {
			write(value, column.format(o[column.key]))
			td.classList.toggle("zero", !o[column.key])
			td.classList.toggle("bad", column.key === "failed" && o.failed > 0)
		}
		const trend = past.map((one) => one.get(key)?.now ?? null)
		draw(row.trend, times, [trend], ceiling(trend, 1), gap())
	})
}

// Handlers that run

// Each call of a stack is two lines: the function, and indented where it is.
const writeStack = (pre, stack) => {
	if (pre.stack === stack) return
	pre.stack = stack
	pre.replaceChildren(...stack.split("\n").map((line) => node("span", { class: line.startsWith("\t") ? "place" : "call" }, line + "\n")))
}

let chosen = false // somebody has said which stacks to show; till then it is one

const createRunning = (h) => {
	const details = node("details", { "data-operation": h.operation })
	details.addEventListener("click", (event) => (chosen ||= event.target.closest("summary") !== null))
	details.value = node("span", { class: "figure" })
	details.stack = node("pre", { tabindex: "0", "aria-label": "Stack" })
	details.append(
		node("summary", {},
			node("span", { class: "name" }, h.operation || "mounted handler"),
			node("span", { class: "route" }, h.method && node("b", {}, h.method), h.method && " ", h.path),
			node("span", { class: "goroutine" }, `goroutine ${h.goroutine}`),
			details.value,
		),
		details.stack,
	)
	return details
}

const showRunning = (s) => {
	shown("running", s.running)
	const missing = s.unstacked ? "There are too many goroutines to take stacks without stopping the server for long." : "It has returned meanwhile."
	keyed(find("running"), s.running, (h) => `${h.goroutine} ${h.operation} ${h.path}`, createRunning, (details, h) => {
		write(details.value, h.for >= 10_000 ? duration(h.for) : `${whole(h.for)} ms`)
		writeStack(details.stack, h.stack || missing)
	})
	if (!chosen && s.running.length > 0 && !find("running").querySelector("[open]")) find("running").firstElementChild.open = true
}

// Bounds

const showBounds = (s) => {
	const met = Object.entries(s.bounds).sort()
	shown("bounds", met)
	const create = ([name]) => {
		const row = node("tr", { role: "row" }, node("th", { scope: "row", role: "rowheader" }, name.replaceAll("_", " ")))
		row.value = node("td", { role: "cell", class: "number" })
		row.append(row.value)
		return row
	}
	keyed(find("bounds").tBodies[0], met, ([name]) => name, create, (row, [, n]) => write(row.value, whole(n)))
}

// The stream of samples, and how the page says what is with it

const words = {
	connecting: "Connecting",
	live: "Live",
	draining: "Live: the server drains, and ends",
	paused: "Paused",
	lost: "Connection lost, trying again",
}
const enter = (state) => {
	document.body.dataset.state = state
	write(find("state"), words[state])
	for (const until of document.querySelectorAll(".until")) write(until, state === "live" || state === "draining" ? "now" : "last sample")
}

const show = () => {
	const s = latest()
	showServer(s)
	showLoops(s)
	showOperations(s)
	showRunning(s)
	showBounds(s)
	enter(s.draining ? "draining" : "live")
}

let stream = null
let timer = 0 // the next try, or the end of patience
let failures = 0
const retryAfter = [500, 1000, 2000, 5000] // milliseconds, by the tries that failed

const close = () => {
	clearTimeout(timer)
	stream?.close()
	stream = null
}
const lost = () => {
	close()
	enter("lost")
	timer = setTimeout(connect, retryAfter[Math.min(failures++, retryAfter.length - 1)])
}
const expect = () => {
	clearTimeout(timer)
	timer = setTimeout(lost, Math.max(5 * every, 10_000)) // a connection may be gone without a word
}

const connect = () => {
	close()
	stream = new EventSource(new URL("events", import.meta.url))
	expect()
	let due = 0 // samples that come together are shown once
	stream.addEventListener("hello", (event) => {
		const hello = JSON.parse(event.data)
		if (hello.began !== began) samples = [] // another process
		;({ began, every } = hello)
		failures = 0
		expect()
	})
	stream.addEventListener("sample", (event) => {
		const sample = JSON.parse(event.data)
		expect()
		if (samples.length > 0 && sample.at <= latest().at) return // it came before the connection was lost
		samples.push(sample)
		while (samples.length > 1 && sample.at - samples[0].at > span) samples.shift()
		clearTimeout(due)
		due = setTimeout(() => document.body.dataset.state !== "paused" && show())
	})
	stream.addEventListener("error", lost)
}

const pause = find("pause")
pause.addEventListener("click", () => {
	const paused = pause.getAttribute("aria-pressed") === "false"
	pause.setAttribute("aria-pressed", paused)
	write(pause, paused ? "Resume" : "Pause")
	if (paused) {
		close()
		enter("paused")
	} else {
		enter("connecting")
		connect()
	}
})

// A window that nobody sees any more lets the server rest.
const patience = 10 * 60_000
let hidden = 0
document.addEventListener("visibilitychange", () => {
	clearTimeout(hidden)
	if (document.hidden) hidden = setTimeout(close, patience)
	else if (!stream && document.body.dataset.state !== "paused") connect()
})

connect()
