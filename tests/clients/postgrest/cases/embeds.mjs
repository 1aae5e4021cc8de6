import { answers, db, refuses } from '../harness.mjs'

answers('to one', () => db.from('films').select('title,directors(name)').in('id', [4, 6]).order('id'), [
  { title: 'Ikiru', directors: { name: 'Akira Kurosawa' } },
  { title: '100% (un"finished), a_film', directors: null },
])
answers('to one by the name of the reference', () => db.from('films').select('id,director(name)').eq('id', 5).single(), {
  id: 5,
  director: { name: 'Jane Campion' },
})
answers('with another name', () => db.from('films').select('id,by:directors(name)').eq('id', 5).single(), {
  id: 5,
  by: { name: 'Jane Campion' },
})
answers('with a hint', () => db.from('films').select('id,by:directors!director(name)').eq('id', 5).single(), {
  id: 5,
  by: { name: 'Jane Campion' },
})
answers('to many', () => db.from('directors').select('name,films(id)').order('id').order('id', { referencedTable: 'films' }), [
  { name: 'Agnès Varda', films: [{ id: 1 }, { id: 2 }] },
  { name: 'Akira Kurosawa', films: [{ id: 3 }, { id: 4 }] },
  { name: 'Jane Campion', films: [{ id: 5 }] },
  { name: 'Nobody', films: [] },
])
answers('many to many, through the collection between', () => db.from('films').select('title,actors(name)').eq('id', 3).order('name', { referencedTable: 'actors' }), [
  { title: 'Seven Samurai', actors: [{ name: 'Takashi Shimura' }, { name: 'Toshiro Mifune' }] },
])
answers('to one by a unique reference', () => db.from('films').select('id,posters(file)').in('id', [1, 2]).order('id'), [
  { id: 1, posters: { file: 'cleo.png' } },
  { id: 2, posters: null },
])
answers('nested', () => db.from('directors').select('name,films(title,roles(character,actors(name)))').eq('id', 2)
  .order('id', { referencedTable: 'films' }).order('id', { referencedTable: 'films.roles' }).single(), {
  name: 'Akira Kurosawa',
  films: [
    {
      title: 'Seven Samurai',
      roles: [
        { character: 'Kikuchiyo', actors: { name: 'Toshiro Mifune' } },
        { character: 'Kambei', actors: { name: 'Takashi Shimura' } },
      ],
    },
    { title: 'Ikiru', roles: [{ character: null, actors: { name: 'Takashi Shimura' } }] },
  ],
})
answers('a filter of what is embedded leaves the records around it', () => db.from('directors').select('id,films(id)').lt('films.year', 1960).lte('id', 2).order('id').order('id', { referencedTable: 'films' }), [
  { id: 1, films: [] },
  { id: 2, films: [{ id: 3 }, { id: 4 }] },
])
answers('!inner leaves out records without any', () => db.from('directors').select('id,films!inner(id)').lt('films.year', 1960).order('id', { referencedTable: 'films' }), [
  { id: 2, films: [{ id: 3 }, { id: 4 }] },
])
answers('!inner with a hint', () => db.from('films').select('id,directors!director!inner(name)').eq('directors.country', 'Japan').order('id'), [
  { id: 3, directors: { name: 'Akira Kurosawa' } },
  { id: 4, directors: { name: 'Akira Kurosawa' } },
])
answers('or of what is embedded', () => db.from('directors').select('id,films(id)').eq('id', 1).or('year.lt.1970,title.eq.none', { referencedTable: 'films' }).single(), {
  id: 1,
  films: [{ id: 1 }],
})
answers('limit of what is embedded is for each record', () => db.from('directors').select('id,films(id)').lte('id', 2).order('id')
  .order('year', { referencedTable: 'films', ascending: false }).limit(1, { referencedTable: 'films' }), [
  { id: 1, films: [{ id: 2 }] },
  { id: 2, films: [{ id: 3 }] },
])
answers('range of what is embedded', () => db.from('directors').select('id,films(id)').lte('id', 2).order('id')
  .order('id', { referencedTable: 'films' }).range(1, 1, { referencedTable: 'films' }), [
  { id: 1, films: [{ id: 2 }] },
  { id: 2, films: [{ id: 4 }] },
])
answers('order by a field of what is referred to', () => db.from('films').select('id,directors()').not('director', 'is', null).order('directors(name)', { ascending: false }).order('id'), [
  { id: 5 }, { id: 3 }, { id: 4 }, { id: 1 }, { id: 2 },
])
answers('spread', () => db.from('films').select('id,...directors(director_name:name,country)').in('id', [5, 6]).order('id'), [
  { id: 5, director_name: 'Jane Campion', country: null },
  { id: 6, director_name: null, country: null },
])
answers('embeds without members only filter', () => db.from('directors').select('name,films!inner()').gt('films.year', 1990), [
  { name: 'Jane Campion' },
])
answers('records without any', () => db.from('directors').select('name,films()').is('films', null), [{ name: 'Nobody' }])
answers('records with any', () => db.from('directors').select('id,films()').not('films', 'is', null).order('id'), [{ id: 1 }, { id: 2 }, { id: 3 }])
answers('count of what is embedded', () => db.from('directors').select('id,films(count)').order('id'), [
  { id: 1, films: [{ count: 2 }] },
  { id: 2, films: [{ count: 2 }] },
  { id: 3, films: [{ count: 1 }] },
  { id: 4, films: [{ count: 0 }] },
])
answers('embedded in csv is JSON', () => db.from('films').select('id,directors(id)').eq('id', 1).csv(), 'id,directors\n1,"{""id"":1}"')
answers('spread in csv is columns', () => db.from('films').select('id,...directors(name)').in('id', [5, 6]).order('id').csv(), 'id,name\n5,Jane Campion\n6,')
answers('stripNulls goes into what is embedded', () => db.from('films').select('id,year,directors(name,country)').eq('id', 5).stripNulls(), [
  { id: 5, year: 1993, directors: { name: 'Jane Campion' } },
])
answers('embedded and counted', () => db.from('directors').select('id,films!inner(id)', { count: 'exact' }).eq('films.id', 5), [{ id: 3, films: [{ id: 5 }] }], { count: 1 })
refuses('what is not related', () => db.from('directors').select('id,secrets(text)'), 400, 'PGRST200')
refuses('a filter of what is not embedded', () => db.from('directors').select('id').eq('films.id', 1), 400, 'PGRST108')
refuses('what is closed is closed when embedded', () => db.from('films').select('id,directors(nmae)'), 400, 'PGRST204')
