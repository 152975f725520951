import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import type { StoreClock } from '../../runtime/runtime'
import { textOf, wholeBody } from '../body'
import { multipartETag } from '../etag'
import type {
  KnownObject,
  ListedObject,
  OpenUpload,
  PutOptions,
  ReadOptions,
  Store,
  StoredObject,
  StoredVersion,
} from '../store'
import type { S3Operation } from './explain/explanation'
import { bodyOf, plainETag, present, storedObjectOf, versionOf } from './s3-answer'
import { defaultTuning, openS3Clients, type S3Clients, type S3Tuning } from './s3-client'
import { sendCompletion } from './s3-complete'
import { copyObject, copySource, sendCopy } from './s3-copy'
import { explainS3Error } from './s3-errors'
import { noSuchUpload, readFault } from './s3-fault'
import { listObjects, listOpenUploads, mayBeOpen } from './s3-listing'
import { dataInputs, dataTarget, smallInputs, smallTarget } from './s3-object-options'
import { isRetryable, mayHaveTakenEffect } from './s3-retry'
import type { S3Settings } from './s3-settings'
import { contentMd5, signPayload } from './signed-payload'

/** Opens the store of the settings. Sends nothing before the first call. `clock` learns the store's time. */
export function openS3Store(
  settings: S3Settings,
  tuning: Partial<S3Tuning> = {},
  clock?: Pick<StoreClock, 'asking'>,
): Store {
  return new S3Store(settings, { ...defaultTuning, ...tuning }, clock)
}

class S3Store implements Store {
  readonly name: string
  readonly maxParts: number
  readonly #settings: S3Settings
  readonly #tuning: S3Tuning
  readonly #clients: S3Clients

  constructor(settings: S3Settings, tuning: S3Tuning, clock?: Pick<StoreClock, 'asking'>) {
    const { bucket, endpoint } = settings
    this.name = endpoint === undefined ? `s3://${bucket}` : `${endpoint.replace(/\/+$/, '')}/${bucket}`
    this.maxParts = endpoint !== undefined && /\.scw\.cloud(?=[:/]|$)/i.test(endpoint) ? 1_000 : 10_000
    this.#settings = settings
    this.#tuning = tuning
    this.#clients = openS3Clients(settings, tuning, clock)
  }

  async head(key: string): Promise<StoredObject | undefined> {
    const operation = { doing: `read the metadata of "${key}" in ${this.name}`, right: 's3:GetObject', key }
    return this.#unlessMissing(operation, async () => {
      const command = new HeadObjectCommand({ Bucket: this.#settings.bucket, Key: key })
      return storedObjectOf(await this.#clients.quick.send(command))
    })
  }

  async getText(key: string, bytesMax?: number): Promise<string | undefined> {
    for (let attempt = 1; ; attempt++) {
      const body = await this.get(key)
      if (body === undefined) return undefined
      try {
        return await textOf(body, `"${key}" from ${this.name}`, bytesMax)
      } catch (error) {
        // The SDK retries a request, but not when the response breaks off.
        if (attempt >= this.#tuning.maxAttempts || !isRetryable(error)) throw error
        await wait(this.#tuning.retryDelayMs * attempt)
      }
    }
  }

  async get(key: string, which: ReadOptions = {}): Promise<Readable | undefined> {
    const operation = { doing: `read "${key}" from ${this.name}`, right: 's3:GetObject', key }
    return this.#unlessMissing(operation, async () => {
      const { start = 0, etag } = which
      const range = start === 0 ? {} : { Range: `bytes=${start}-` }
      const condition = etag === undefined ? {} : { IfMatch: `"${etag}"` }
      const answer = await this.#clients.patient.send(
        new GetObjectCommand({ Bucket: this.#settings.bucket, Key: key, ...range, ...condition }),
      )
      const { body, lengthBytes } = bodyOf(answer, which)
      return wholeBody(body, lengthBytes, error => explainS3Error(error, operation, this.#settings))
    })
  }

  async putText(key: string, text: string, options: PutOptions): Promise<StoredVersion> {
    const passesOn = smallInputs(this.#settings)
    const operation = { doing: `write "${key}" to ${this.name}`, right: 's3:PutObject', key, passesOn }
    return this.#try(operation, async () => {
      const body = Buffer.from(text)
      const content = { Body: body, ContentMD5: contentMd5(body) }
      const target = smallTarget(this.#settings, key, options)
      return versionOf(await this.#clients.quick.send(new PutObjectCommand({ ...content, ...target })))
    })
  }

  async remove(key: string): Promise<void> {
    const operation = { doing: `remove "${key}" from ${this.name}`, right: 's3:DeleteObject', key }
    await this.#try(operation, () =>
      this.#clients.quick.send(new DeleteObjectCommand({ Bucket: this.#settings.bucket, Key: key })),
    )
  }

  async *list(prefix: string, options: { deep?: boolean } = {}): AsyncIterable<ListedObject> {
    const operation = { doing: `list "${prefix}" in ${this.name}`, right: 's3:ListBucket', key: undefined }
    const { bucket } = this.#settings
    const request = { bucket, prefix, deep: options.deep ?? false, pageSize: this.#tuning.pageSize }
    try {
      yield* listObjects(this.#clients.quick, request)
    } catch (error) {
      throw explainS3Error(error, operation, this.#settings)
    }
  }

  async createUpload(key: string, options: PutOptions): Promise<string> {
    const passesOn = dataInputs(this.#settings)
    const operation = { doing: `begin the upload of "${key}" to ${this.name}`, right: 's3:PutObject', key, passesOn }
    return this.#try(operation, async () => {
      const answer = await this.#clients.quick.send(
        new CreateMultipartUploadCommand(dataTarget(this.#settings, key, options)),
      )
      return present(answer.UploadId, 'upload id')
    })
  }

  async uploadPart(key: string, uploadId: string, number: number, body: Buffer, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted()
    const operation = { doing: `send part ${number} of "${key}" to ${this.name}`, right: 's3:PutObject', key }
    const part = {
      Bucket: this.#settings.bucket,
      Key: key,
      UploadId: uploadId,
      PartNumber: number,
      Body: body,
      ContentMD5: contentMd5(body),
    }
    const command = new UploadPartCommand(part)
    signPayload(command, body)
    try {
      return await this.#try(operation, async () => {
        const answer = await this.#clients.quick.send(command, signal === undefined ? {} : { abortSignal: signal })
        return plainETag(present(answer.ETag, 'ETag'))
      })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  }

  async completeUpload(
    key: string,
    uploadId: string,
    partETags: readonly string[],
    sizeBytes: number,
  ): Promise<StoredVersion> {
    const operation = { doing: `complete the upload of "${key}" to ${this.name}`, right: 's3:PutObject', key }
    const { etag, versionId } = await this.#try(operation, async () => {
      try {
        return await sendCompletion(this.#clients.patient, {
          bucket: this.#settings.bucket,
          key,
          uploadId,
          partETags,
          sizeBytes,
        })
      } catch (error) {
        if (!mayHaveTakenEffect(error)) throw error
        const stored = await this.head(key).catch(() => undefined)
        if (stored && stored.etag === multipartETag(partETags) && stored.sizeBytes === sizeBytes) return stored
        // Ceph answers 500 where S3 says NoSuchUpload.
        throw (await mayBeOpen(this.listUploads(key), uploadId)) ? error : noSuchUpload(error)
      }
    })
    return { etag, versionId }
  }

  async abortUpload(key: string, uploadId: string): Promise<void> {
    const right = 's3:AbortMultipartUpload'
    const operation = { doing: `drop the unfinished upload of "${key}" to ${this.name}`, right, key }
    await this.#unlessMissing(operation, () =>
      this.#clients.quick.send(
        new AbortMultipartUploadCommand({ Bucket: this.#settings.bucket, Key: key, UploadId: uploadId }),
      ),
    )
  }

  async *listUploads(prefix: string): AsyncIterable<OpenUpload> {
    const doing = `list the unfinished uploads under "${prefix}" in ${this.name}`
    const operation = { doing, right: 's3:ListBucketMultipartUploads', key: undefined }
    const { bucket } = this.#settings
    try {
      yield* listOpenUploads(this.#clients.quick, { bucket, prefix, pageSize: this.#tuning.pageSize })
    } catch (error) {
      throw explainS3Error(error, operation, this.#settings)
    }
  }

  async copy(source: KnownObject, targetKey: string, put: PutOptions): Promise<StoredVersion> {
    const doing = `copy "${source.key}" to "${targetKey}" in ${this.name}`
    const operation = { doing, right: 's3:PutObject', key: targetKey, passesOn: dataInputs(this.#settings) }
    const request = { source, target: dataTarget(this.#settings, targetKey, put), put, tuning: this.#tuning }
    return this.#try(operation, () => copyObject(this.#clients.patient, this, request))
  }

  async tryCopy(missingKey: string, targetKey: string, put: PutOptions): Promise<void> {
    const doing = `try a copy to "${targetKey}" in ${this.name}`
    const target = dataTarget(this.#settings, targetKey, put)
    const operation = { doing, right: 's3:PutObject', key: targetKey, passesOn: dataInputs(this.#settings) }
    await this.#unlessMissing(operation, () =>
      sendCopy(this.#clients.quick, target, { CopySource: copySource(target.Bucket, missingKey) }),
    )
  }

  close(): void {
    this.#clients.quick.destroy()
    this.#clients.patient.destroy()
  }

  async #try<T>(operation: S3Operation, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw explainS3Error(error, operation, this.#settings)
    }
  }

  /** Undefined when the object or the upload does not exist. A missing bucket is an error. */
  async #unlessMissing<T>(operation: S3Operation, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      const { status, code } = readFault(error)
      if (status === 404 && code !== 'NoSuchBucket') return undefined
      throw explainS3Error(error, operation, this.#settings)
    }
  }
}
