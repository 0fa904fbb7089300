/** What touches the world, as functions: the edges implement them, tests replace them. */
import type { Json, JsonObject, Site, Source } from './model.ts';

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Uniform in [0, 1): chance is of the world too. */
  random(): number;
}

export interface HttpRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Over the whole exchange, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Cut at 64 KiB: no chat platform says more. */
  readonly body: string;
}

/** Sends one request, follows no redirect. Rejects when no whole answer came; the message holds no URL. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

/** Reads one account. */
export interface SettingsReader {
  /**
   * The answer's `Response` object, as received.
   * @throws CloudError when there is none before `deadlineMs` (epoch milliseconds).
   */
  read(source: Source, deadlineMs: number): Promise<JsonObject>;
  /**
   * The uin of the account that the credential belongs to.
   * @throws CloudError
   */
  whoAmI(deadlineMs: number): Promise<string>;
}

/** Whose settings are to be read, and as whom. */
export interface Account {
  readonly site: Site;
  /** The role of that account to take; without one the audit's own credential reads. */
  readonly roleArn?: string;
  readonly externalId?: string;
}

export interface Accounts {
  /** @throws CloudError when the role could not be taken before `deadlineMs` (epoch milliseconds) */
  open(account: Account, deadlineMs: number): Promise<SettingsReader>;
}

/**
 * Invokes this same function with another event, and waits for its answer.
 * @throws CloudError when none came before `deadlineMs` (epoch milliseconds), with `FunctionError` when the
 * invocation itself failed
 */
export type InvokeSelf = (event: JsonObject, deadlineMs: number) => Promise<Json>;

/** A write-once object store. Keys are `/`-separated names of `[A-Za-z0-9._-]`. */
export interface EvidenceStore {
  /**
   * Stores the bytes durably unless the key is taken; a reader never sees a part of them.
   * @returns whether this call wrote them
   * @throws AuditError EVIDENCE_UNWRITABLE
   */
  putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * @returns null when there is no such key
   * @throws AuditError EVIDENCE_UNREADABLE when it could not be told; EVIDENCE_BROKEN for a key that is not one of
   * ours, or where what is there is no file of evidence (a link, a folder)
   */
  get(key: string): Promise<Uint8Array | null>;
  /**
   * Every key that starts with the prefix (which ends in `/`), sorted by code units.
   * @param after only keys that sort behind this one, which need not exist
   * @throws AuditError EVIDENCE_UNREADABLE
   */
  list(prefix: string, after?: string): Promise<readonly string[]>;
}

/** One line of the function's log. Values must hold no secret. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, details?: JsonObject) => void;
