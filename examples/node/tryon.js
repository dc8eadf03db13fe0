// A shop's backend asks Virton for a try-on over Kafka and reads the answer from Kafka.
//
//   node tryon.js person.jpg garment.jpg --category upper --out result.png

import { randomUUID } from 'node:crypto'
import { openAsBlob, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, parse } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka'

const UPLOADS = 'virton.photo.uploaded'
const RESULTS = 'virton.tryon.result'
const MEDIA_TYPES = { '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.png': 'image/png', '.webp': 'image/webp' }

// Stores a picture; the answer is the reference that events carry instead of it.
async function upload(server, headers, path, owner) {
  const form = new FormData()
  for (const [name, value] of Object.entries(owner)) form.set(name, value)
  form.set('picture', await openAsBlob(path, { type: MEDIA_TYPES[parse(path).ext.toLowerCase()] }), basename(path))
  const answer = await fetch(`${server}/v1/objects`, { method: 'POST', headers, body: form })
  if (!answer.ok) throw new Error(`${path} was refused: ${await answer.text()}`)
  return answer.json()
}

// The event `virton.photo.uploaded` (contracts/schemas/virton.photo.uploaded.v1.json).
function uploadEvent({ tryon, shop, shopper, photo, garment }) {
  return {
    tryon,
    request: {
      shop,
      shopper,
      photo,
      garments: [garment],
      options: { quality: 'normal', samples: 1 },
      consent: { processing: true, training: false },
      locale: 'en',
      expires_at: new Date(Date.now() + 10 * 60_000).toISOString()
    }
  }
}

// CloudEvents in binary mode: the attributes are Kafka headers. A repeat of the event carries the same id.
function cloudEventHeaders(type, id) {
  return {
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: '/example-shop/backend',
    ce_type: type,
    ce_time: new Date().toISOString(),
    'content-type': 'application/json'
  }
}

// Where the cluster is and who we are, from the same VIRTON_KAFKA_* variables as the service's.
function kafkaOptions(bootstrap, told = process.env) {
  const protocol = told.VIRTON_KAFKA_SECURITY_PROTOCOL ?? 'PLAINTEXT'
  const options = { clientId: 'example-shop', bootstrapBrokers: bootstrap.split(',') }
  if (protocol.startsWith('SASL')) {
    const mechanism = told.VIRTON_KAFKA_SASL_MECHANISM ?? 'SCRAM-SHA-512'
    options.sasl = { mechanism, username: told.VIRTON_KAFKA_SASL_USERNAME, password: told.VIRTON_KAFKA_SASL_PASSWORD }
  }
  if (protocol.endsWith('SSL')) {
    const file = (name) => told[name] && readFileSync(told[name])
    options.tls = {
      ca: file('VIRTON_KAFKA_SSL_CAFILE'),
      cert: file('VIRTON_KAFKA_SSL_CERTFILE'),
      key: file('VIRTON_KAFKA_SSL_KEYFILE')
    }
  }
  return options
}

// A stream of the results from now on. A backend that runs for long reads all of them in a group that keeps its name,
// and drops repeats by try-on.
async function resultsFromNowOn(consumer) {
  for (const topic of [UPLOADS, RESULTS]) {
    await consumer.metadata({ topics: [topic] }).catch((error) => {
      throw new Error(`no topic ${topic} in this Kafka (virton topics makes it): ${error.message}`, { cause: error })
    })
  }
  const ends = (await consumer.listOffsets({ topics: [RESULTS] })).get(RESULTS)
  const offsets = ends.map((offset, partition) => ({ topic: RESULTS, partition, offset }))
  return consumer.consume({ topics: [RESULTS], mode: 'manual', offsets, autocommit: false })
}

// The result of one try-on. Its key is the try-on's id.
async function resultOf(stream, tryon, withinMs = 300_000) {
  const tooLate = setTimeout(() => stream.destroy(new Error(`no result of ${tryon} in time`)), withinMs)
  try {
    for await (const message of stream) {
      if (message.key === tryon && message.value) return JSON.parse(message.value)
    }
  } finally {
    clearTimeout(tooLate)
  }
}

// A picture. The gateway learns of the result from Kafka, as we do, and may be a moment behind us.
async function download(server, headers, tryon, sample, withinMs = 10_000) {
  const deadline = Date.now() + withinMs
  for (;;) {
    const answer = await fetch(`${server}/v1/tryons/${tryon}/pictures/${sample}`, { headers })
    if (answer.ok) return Buffer.from(await answer.arrayBuffer())
    if (answer.status !== 404 || Date.now() > deadline) throw new Error(`no picture: ${await answer.text()}`)
    await sleep(200)
  }
}

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    category: { type: 'string', default: 'upper' },
    out: { type: 'string', default: 'result.png' },
    server: { type: 'string', default: 'http://127.0.0.1:8080' },
    'api-key': { type: 'string', default: process.env.VIRTON_API_KEY ?? '' }, // the shop's, if keys are configured
    kafka: { type: 'string', default: process.env.VIRTON_KAFKA_BOOTSTRAP ?? '127.0.0.1:9092' },
    shop: { type: 'string', default: 'example-shop' }, // the API key's shop, if keys are configured
    shopper: { type: 'string', default: 'shopper-1' } // a pseudonym, never a name
  }
})
const [person, garmentPicture] = positionals
if (!garmentPicture) {
  console.error('usage: node tryon.js PERSON GARMENT [--category upper|lower|dress] [--out FILE]')
  process.exit(2)
}

const tryon = randomUUID()
const { server, shop, shopper } = given
const authorization = given['api-key'] ? { authorization: `Bearer ${given['api-key']}` } : {}
const kafka = kafkaOptions(given.kafka)

const consumer = new Consumer({ ...kafka, groupId: `example-shop-${tryon}`, deserializers: stringDeserializers })
const producer = new Producer({ ...kafka, serializers: stringSerializers, idempotent: true })
const results = await resultsFromNowOn(consumer)

const photo = await upload(server, authorization, person, { shop, shopper })
const front = await upload(server, authorization, garmentPicture, { shop })
// A shop has an id for each of its articles: up to 64 letters, digits, '.', '_' and '-'.
const garment = { id: front.sha256, category: given.category, front }
await producer.send({
  messages: [
    {
      topic: UPLOADS,
      key: shopper,
      value: JSON.stringify(uploadEvent({ tryon, shop, shopper, photo, garment })),
      headers: cloudEventHeaders(`${UPLOADS}.v1`, tryon)
    }
  ]
})

const result = await resultOf(results, tryon)
await Promise.all([consumer.close(true), producer.close()])
console.log(JSON.stringify(result, null, 2))
if (result.status === 'completed') {
  await writeFile(given.out, await download(server, authorization, tryon, result.pictures[0].sample))
  console.error(`the picture is in ${given.out}`)
} else {
  console.error(`${result.status}: ${result.advice ?? ''}`)
  process.exitCode = 1
}
