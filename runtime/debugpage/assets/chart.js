// Lines over the last time, at most two minutes, as SVG. The right edge is now.

export const span = 120_000 // milliseconds that a chart shows at most

// spanOf is how much charts show of times: little, as long as there is little.
export const spanOf = (times) => [30_000, 60_000].find((ms) => times.at(-1) - times[0] <= ms) ?? span

const [width, height] = [240, 60]
const namespace = "http://www.w3.org/2000/svg"

const make = (name, attributes) => {
	const element = document.createElementNS(namespace, name)
	for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
	return element
}

// chart makes an empty chart with some lines, of which the first has an area below it.
export function chart(lines = 1) {
	const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true", class: "chart" })
	const area = make("path", { class: "area" })
	const paths = Array.from({ length: lines }, (_, i) => make("path", { class: `line line-${i + 1}`, "vector-effect": "non-scaling-stroke" }))
	svg.append(area, ...paths)
	return { svg, area, paths }
}

// draw draws series of values, null where there is none, at times. No line connects two that are further apart than gap.
export function draw({ area, paths }, times, series, top, gap) {
	const now = times.at(-1) ?? 0
	const shown = spanOf(times)
	series.forEach((values, i) => {
		const runs = [] // of points that are connected
		let before = -Infinity
		values.forEach((value, j) => {
			if (value === null || value === undefined || now - times[j] > shown) return
			if (times[j] - before > gap) runs.push([])
			before = times[j]
			const x = width * (1 - (now - times[j]) / shown)
			const y = 2 + (height - 3) * (1 - Math.min(value / top, 1))
			runs.at(-1).push([x.toFixed(1), y.toFixed(1)])
		})
		const line = (run) => (run.length === 1 ? `M${run[0]}h.1` : "M" + run.join("L"))
		paths[i].setAttribute("d", runs.map(line).join(""))
		if (i === 0) {
			area.setAttribute("d", runs.filter((run) => run.length > 1).map((run) => `${line(run)}V${height}H${run[0][0]}Z`).join(""))
		}
	})
}

// ceiling is a round number that no value exceeds, and least at the least: 1, 2 or 5 times a power of ten.
export function ceiling(values, least) {
	const most = values.reduce((a, b) => Math.max(a, b ?? 0), least)
	const power = 10 ** Math.floor(Math.log10(most))
	return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= most - 1e-9)
}
