// An OpenID Provider on loopback with the people and the client that it is given: PORT, PEOPLE and CLIENT as JSON.
import Provider from "oidc-provider";

const port = Number(process.env.PORT);
const people = JSON.parse(process.env.PEOPLE);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [JSON.parse(process.env.CLIENT)],
  findAccount: (ctx, id) =>
    people[id] && { accountId: id, claims: async () => ({ sub: id, ...people[id] }) },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "given_name", "family_name"] },
  cookies: { keys: ["for these tests only"] },
  pkce: { required: () => true },
});

provider.listen(port, "127.0.0.1", () => console.log("ready"));
